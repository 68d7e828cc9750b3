// A model that is another program: it reads batches of images and writes logits (BLACK_BOX.md).
#pragma once

#include <voronet/attacks/predict.h>
#include <voronet/data/child_process.h>

#include <memory>
#include <mutex>
#include <string>

namespace voronet {

class BlackBox {
 public:
  static constexpr double patience = 60;  // seconds

  // Starts the command, a line of sh, for images of this shape, (height, width, channels). It is waited for
  // as long as it reads or writes something every `seconds`. Throws Error when it is no model by the
  // protocol, ends, or is silent for too long.
  explicit BlackBox(const std::string& command, const Shape& image, double seconds = patience);

  Index classes() const { return classes_; }  // confidences of an image
  // Of n >= 1 images (n, height, width, channels) in [0, 1]. The program is asked about as many at a time as
  // 64 MiB hold, by one thread at a time. Throws Error as the constructor does.
  Prediction operator()(const Tensor& images) const;

 private:
  std::string command_;
  Shape image_;
  std::unique_ptr<data::ChildProcess> program_;
  std::unique_ptr<std::mutex> turn_;
  Index classes_ = 0;
  bool exponential_ = false;
};

// What it says of bytes. It must outlive the function.
Predict predict_with(const BlackBox& model);

}  // namespace voronet
