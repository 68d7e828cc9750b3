// `voronet bench --explain`: which kernels convolutions take.
#pragma once

#include <string>

namespace voronet {

// A table for each of the measured networks: its distinct convolutions, the kernel that each direction takes
// in training, and why. For people; at most 80 columns.
std::string explain_kernels();

}  // namespace voronet
