// The kernels that `voronet bench` measures: the matrix product and the networks' convolutions.
#pragma once

#include <voronet/apps/bench/case.h>

#include <vector>

namespace voronet {

// gemm: a matrix product of 2048 x 2048 x 2048. conv_WINDOW_CHANNELS_IMAGE/DIRECTION: each distinct
// convolution of the networks in its three directions, on 128 images: conv_3x3s2_64_128_32x32/forward has
// stride 2, 64 channels in and 128 out, and images of 32 x 32.
std::vector<BenchCase> kernel_cases();

// The yardstick: flop per second of that matrix product on this machine, the best of a few. Takes about a
// second when first asked.
double gemm_rate();

}  // namespace voronet
