// Tensors as files of bare floats, through which tests exchange numbers with other programs.
#pragma once

#include <voronet/core/file.h>
#include <voronet/core/operators/shapes.h>

#include <cstring>
#include <filesystem>

namespace voronet::test {

// f32, as they lie.
inline void write_floats(const std::filesystem::path& path, const Tensor& tensor) {
  const auto values = tensor.values<float>();
  write_file(path, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

// Throws Error when the file does not hold as many as the shape has.
inline Tensor read_floats(const std::filesystem::path& path, const Shape& shape) {
  const std::string bytes = read_file(path);
  const Tensor tensor(shape, Dtype::f32);
  require(bytes.size() == tensor.values<float>().size_bytes(), path.string(), " is not ", shape, " floats");
  std::memcpy(tensor.mutable_data<float>(), bytes.data(), bytes.size());
  return tensor;
}

// (n, h, w, c) as others order images, (n, c, h, w); features as they are.
inline Tensor channel_first(const Tensor& x) { return x.rank() == 4 ? transpose(x, {0, 3, 1, 2}) : x; }

}  // namespace voronet::test
