// Constants of an ONNX file. (With onnx_graph.h and onnx_importer.h, what needs ONNX's own headers.)
#pragma once

#include <voronet/core/tensor.h>

#include <vector>

#include <onnx/onnx_pb.h>

namespace voronet {

// Numbers under ONNX's shape, row-major.
struct OnnxNumbers {
  std::vector<Index> dims;
  std::vector<double> values;

  Index size() const { return std::ssize(values); }
  Index whole(Index i) const;  // value i. Throws Error unless it is a whole number of at most 2^53
};

// The tensor's: float, double, float16 or whole numbers, raw or typed. Throws Error for other types, for data
// in another file, and unless there are as many as its shape says.
OnnxNumbers numbers_of(const onnx::TensorProto& tensor);

// As f32; a double is rounded.
Tensor tensor_of(const std::vector<double>& values, const Shape& shape);

// The product of the sizes. Throws Error for a negative one, and where it does not fit in 63 bits.
Index product(const std::vector<Index>& dims);

// Dimension i of the result is dimension order[i] of these.
OnnxNumbers transposed(const OnnxNumbers& numbers, const std::vector<Index>& order);

// Where element i, row-major, of the transposed lies among those of dims.
std::vector<Index> transposed_places(const std::vector<Index>& dims, const std::vector<Index>& order);

// How many numbers a value may have, or a kernel whose zeros are written out: a file of a few bytes must not
// take all memory.
inline constexpr Index most_numbers = Index{1} << 22;

// The values at these places.
std::vector<double> chosen(const std::vector<double>& values, const std::vector<Index>& places);

// Whether only the last of these is not 1.
bool is_row(const std::vector<Index>& dims);

// 0, 1, ..., size - 1.
std::vector<Index> in_order(Index size);

// The places of a map's elements, (h, w, c), in channel-first order.
std::vector<Index> channel_first_places(const Shape& map);

// The place in `numbers` of element i of a value of these dims, to which they are broadcast by NumPy's rule.
// Throws Error where that would change the value's dims.
std::vector<Index> broadcast_places(const OnnxNumbers& numbers, const std::vector<Index>& dims);

}  // namespace voronet
