// ONNX Runtime, where this machine has it.
#pragma once

#include <voronet/core/file.h>
#include <voronet/data/process.h>

#include <cstdlib>

#include "support/near.h"
#include "support/raw_floats.h"
#include "support/skip.h"

namespace voronet::test {

// Models with inputs, which ONNX Runtime runs all at once: starting it takes longer than running them.
class OnnxRuntime {
 public:
  // Where this machine has none, the test is skipped.
  bool available() const {
    if (std::filesystem::exists(runtime_ / "node_modules/onnxruntime-node") &&
        std::system("command -v node >/dev/null") == 0)
      return true;
    skipped(text("needs node, and onnxruntime-node in ", runtime_.string(),
                 " (tests/run.sh puts it there where there is npm)"));
    return false;
  }

  // Images (n, h, w, c) become ONNX's (n, c, h, w), unless the model wants them as they are.
  void add(const std::string& name, const std::string& model, const Tensor& input,
           bool channel_last = false) const {
    write_file(folder_ / (name + ".onnx"), model);
    write_floats(folder_ / (name + ".input"), channel_last ? input : channel_first(input));
  }
  void run() const {
    data::run_program(
        {"node", VORONET_SOURCE_DIR "/tests/interchange/onnxruntime.mjs", runtime_.string(), "."},
        folder_.path(), "ONNX Runtime");
  }
  Tensor result(const Shape& shape, const std::string& name, const std::string& output) const {
    return read_floats(folder_ / (name + "." + output), shape);
  }
  // Like our result, which for images is (n, h, w, c).
  double distance_to(const Tensor& ours, const std::string& name, const std::string& output) const {
    const Tensor expected = channel_first(ours);
    return distance(result(expected.shape(), name, output), expected);
  }

 private:
  static std::filesystem::path place() {
    const char* told = std::getenv("VORONET_PEERS");
    return std::filesystem::absolute(told ? told : VORONET_SOURCE_DIR "/build/peers");
  }

  std::filesystem::path runtime_ = place();
  TemporaryFolder folder_;
};

}  // namespace voronet::test
