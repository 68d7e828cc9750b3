// What a build without ONNX says in place of reading and writing its files.
#include <voronet/interchange/onnx_import.h>
#include <voronet/interchange/onnx_model.h>

namespace voronet {
namespace {

[[noreturn]] void refuse() {
  throw Error("onnx: built without ONNX; install libonnx-dev and libprotobuf-dev and build again");
}

}  // namespace

std::string onnx_model(Classifier&) { refuse(); }
std::string onnx_model(Module&, const Shape&) { refuse(); }
std::unique_ptr<GraphNetwork> network_of_onnx(const std::string&, const std::string&, const Shape&) {
  refuse();
}
Classifier classifier_of_onnx(const std::string&, const std::string&, const Settings&, const Shape&) {
  refuse();
}
std::string read_onnx(const std::filesystem::path&) { refuse(); }

}  // namespace voronet
