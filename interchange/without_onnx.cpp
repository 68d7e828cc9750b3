// What a build without ONNX says in place of onnx_model.cpp.
#include <voronet/interchange/onnx_model.h>

namespace voronet {
namespace {

[[noreturn]] std::string refuse() {
  throw Error("onnx: built without ONNX; install libonnx-dev and libprotobuf-dev and build again");
}

}  // namespace

std::string onnx_model(Classifier&) { refuse(); }
std::string onnx_model(Module&, const Shape&) { refuse(); }

}  // namespace voronet
