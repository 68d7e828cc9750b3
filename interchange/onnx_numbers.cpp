#include <voronet/core/half.h>
#include <voronet/core/text.h>
#include <voronet/interchange/onnx_numbers.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace voronet {
namespace {

template <class T, class Typed>
std::vector<double> read(const onnx::TensorProto& tensor, const Typed& typed) {
  if (!tensor.has_raw_data()) return {typed.begin(), typed.end()};
  const std::string& raw = tensor.raw_data();
  require(raw.size() % sizeof(T) == 0, "onnx: constant ", tensor.name(), " has ", raw.size(),
          " bytes, which are no whole numbers of elements");
  std::vector<T> elements(raw.size() / sizeof(T));
  if (!raw.empty()) std::memcpy(elements.data(), raw.data(), raw.size());
  return {elements.begin(), elements.end()};
}

std::vector<double> values_of(const onnx::TensorProto& tensor) {
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
      return read<float>(tensor, tensor.float_data());
    case onnx::TensorProto::DOUBLE:
      return read<double>(tensor, tensor.double_data());
    case onnx::TensorProto::INT64:
      return read<std::int64_t>(tensor, tensor.int64_data());
    case onnx::TensorProto::INT32:
      return read<std::int32_t>(tensor, tensor.int32_data());
    case onnx::TensorProto::FLOAT16: {
      std::vector<double> bits = read<std::uint16_t>(tensor, tensor.int32_data());
      for (double& value : bits) value = float16(static_cast<std::uint16_t>(value));
      return bits;
    }
    default:
      throw Error(text("onnx: constant ", tensor.name(), " is of type ",
                       onnx::TensorProto::DataType_Name(tensor.data_type()),
                       "; float, double, float16, int32 and int64 are known"));
  }
}

// How far element positions move with each dimension's index.
std::vector<Index> strides_of(const std::vector<Index>& dims) {
  std::vector<Index> strides(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
  return strides;
}

// For each element of dims, row-major, the sum of its indices times these strides.
std::vector<Index> places_by(const std::vector<Index>& dims, const std::vector<Index>& strides) {
  std::vector<Index> places{0};
  for (std::size_t d = 0; d < dims.size(); ++d) {
    std::vector<Index> next;
    next.reserve(places.size() * dims[d]);
    for (const Index place : places)
      for (Index i = 0; i < dims[d]; ++i) next.push_back(place + i * strides[d]);
    places = std::move(next);
  }
  return places;
}

}  // namespace

Index OnnxNumbers::whole(Index i) const {
  const double value = values.at(i);
  require(std::abs(value) <= 0x1p53 && value == std::floor(value), "onnx: ", value,
          " where a whole number is needed");
  return static_cast<Index>(value);
}

Index product(const std::vector<Index>& dims) {
  Index all = 1;
  for (const Index size : dims)
    require(size >= 0 && !__builtin_mul_overflow(all, size, &all), "onnx: a shape with a dimension ", size,
            " is none");
  return all;
}

OnnxNumbers numbers_of(const onnx::TensorProto& tensor) {
  require(tensor.data_location() != onnx::TensorProto::EXTERNAL, "onnx: constant ", tensor.name(),
          " lies in another file (external data); save the model as one file");
  OnnxNumbers numbers{{tensor.dims().begin(), tensor.dims().end()}, values_of(tensor)};
  require(product(numbers.dims) == numbers.size(), "onnx: constant ", tensor.name(), " says it has ",
          product(numbers.dims), " elements, and has ", numbers.size());
  return numbers;
}

Tensor tensor_of(const std::vector<double>& values, const Shape& shape) { return from(values, shape); }

std::vector<Index> transposed_places(const std::vector<Index>& dims, const std::vector<Index>& order) {
  std::vector<Index> sorted = order, expected(dims.size());
  std::sort(sorted.begin(), sorted.end());
  std::iota(expected.begin(), expected.end(), Index{0});
  require(sorted == expected, "onnx: a transposition that names not each of ", dims.size(),
          " dimensions once");
  const std::vector<Index> strides = strides_of(dims);
  std::vector<Index> new_dims, new_strides;
  for (const Index d : order) {
    new_dims.push_back(dims[d]);
    new_strides.push_back(strides[d]);
  }
  return places_by(new_dims, new_strides);
}

OnnxNumbers transposed(const OnnxNumbers& numbers, const std::vector<Index>& order) {
  OnnxNumbers result;
  for (const Index place : transposed_places(numbers.dims, order))
    result.values.push_back(numbers.values[place]);
  for (const Index d : order) result.dims.push_back(numbers.dims[d]);
  return result;
}

std::vector<double> chosen(const std::vector<double>& values, const std::vector<Index>& places) {
  std::vector<double> result;
  result.reserve(places.size());
  for (const Index place : places) result.push_back(values[place]);
  return result;
}

bool is_row(const std::vector<Index>& dims) { return !dims.empty() && product(dims) == dims.back(); }

std::vector<Index> in_order(Index size) {
  std::vector<Index> places(size);
  std::iota(places.begin(), places.end(), Index{0});
  return places;
}

std::vector<Index> channel_first_places(const Shape& map) {
  return transposed_places({map[0], map[1], map[2]}, {2, 0, 1});
}

std::vector<Index> broadcast_places(const OnnxNumbers& numbers, const std::vector<Index>& dims) {
  std::vector<Index> aligned = numbers.dims;
  while (aligned.size() > dims.size() && aligned.front() == 1) aligned.erase(aligned.begin());
  require(aligned.size() <= dims.size(), "onnx: a constant of ", aligned.size(),
          " dimensions beside a value of ", dims.size());
  aligned.insert(aligned.begin(), dims.size() - aligned.size(), 1);
  std::vector<Index> strides = strides_of(aligned);
  for (std::size_t d = 0; d < dims.size(); ++d) {
    require(aligned[d] == dims[d] || aligned[d] == 1, "onnx: a constant with a dimension ", aligned[d],
            " beside a value with ", dims[d]);
    if (aligned[d] == 1) strides[d] = 0;
  }
  return places_by(dims, strides);
}

}  // namespace voronet
