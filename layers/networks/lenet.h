// LeNet: LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition", 1998, in
// the form that arXiv 2001.01987 uses.
#pragma once

#include <voronet/layers/sequential.h>

#include <memory>

namespace voronet {

struct LeNetOptions {
  Index height = 28, width = 28, channels = 1;  // of the images; height and width at least 16
  Index embedding = 10;                         // features d
  bool final_relu = true;                       // the authors have networks of both kinds
};

// conv 5x5 to 6, ReLU, max-pool 2, conv 5x5 to 16, ReLU, max-pool 2, linear to 120, ReLU, linear to d, ReLU:
// (n, height, width, channels) -> (n, d). Throws Error for smaller images.
std::unique_ptr<Sequential> lenet(const LeNetOptions& options, Random& random);

}  // namespace voronet
