// ONNX models with inputs, for a program that runs all of them at once: starting it takes longer than running
// them.
#pragma once

#include <voronet/core/file.h>
#include <voronet/data/process.h>

#include <cstdlib>

#include "support/near.h"
#include "support/raw_floats.h"
#include "support/skip.h"

namespace voronet::test {

class OnnxModels {
 public:
  // Images (n, h, w, c) become ONNX's (n, c, h, w), unless the model wants them as they are.
  void add(const std::string& name, const std::string& model, const Tensor& input,
           bool channel_last = false) const {
    write_file(folder_ / (name + ".onnx"), model);
    write_floats(folder_ / (name + ".input"), channel_last ? input : channel_first(input));
  }
  Tensor result(const Shape& shape, const std::string& name, const std::string& output) const {
    return read_floats(folder_ / (name + "." + output), shape);
  }
  // Like our result, which for images is (n, h, w, c).
  double distance_to(const Tensor& ours, const std::string& name, const std::string& output) const {
    const Tensor expected = channel_first(ours);
    return distance(result(expected.shape(), name, output), expected);
  }

 protected:
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

// ONNX Runtime, where this machine has it. Results are named as the models' outputs.
class OnnxRuntime : public OnnxModels {
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
  void run() const {
    data::run_program(
        {"node", VORONET_SOURCE_DIR "/tests/interchange/onnxruntime.mjs", runtime_.string(), "."}, folder(),
        "ONNX Runtime");
  }

 private:
  static std::filesystem::path place() {
    const char* told = std::getenv("VORONET_PEERS");
    return std::filesystem::absolute(told ? told : VORONET_SOURCE_DIR "/build/peers");
  }

  std::filesystem::path runtime_ = place();
};

// Where this machine has no PyTorch, the test is skipped.
inline bool torch_available() {
  if (std::system("/usr/bin/python3 -c 'import torch, numpy' 2>/dev/null") == 0) return true;
  skipped("needs Debian's python3-torch");
  return false;
}

// PyTorch, for models that `onnx_model` made. Results are named as the kernels that made them: "onednn",
// "own", and "flushed", own ones with zeros in place of subnormal numbers.
class OnnxInTorch : public OnnxModels {
 public:
  void run() const {
    data::run_program({"/usr/bin/python3", VORONET_SOURCE_DIR "/tests/interchange/torch_onnx.py", "."},
                      folder(), "PyTorch");
  }
};

}  // namespace voronet::test
