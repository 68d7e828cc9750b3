// Tensor: a dense array of float or double with shared storage, and the functions that make one.
#pragma once

#include <voronet/core/error.h>
#include <voronet/core/shape.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <span>
#include <vector>

namespace voronet {

enum class Dtype { f32, f64 };
std::size_t size_of(Dtype dtype);                          // bytes an element
std::ostream& operator<<(std::ostream& out, Dtype dtype);  // "f32" or "f64"

template <class T>
constexpr Dtype dtype_of = Dtype::f32;
template <>
inline constexpr Dtype dtype_of<double> = Dtype::f64;

// Calls f with a value of the C++ type that dtype names: visit(dtype, [&]<class T>(T) { ... }).
template <class F>
decltype(auto) visit(Dtype dtype, const F& f) {
  return dtype == Dtype::f32 ? f(0.0F) : f(0.0);
}

namespace autograd {
struct Node;
}

// A handle: copies share the elements, which are row-major, contiguous and 64-byte aligned (a slice of the
// leading dimension shares its tensor's storage and may start unaligned). A tensor that autograd follows also
// carries the node of the graph that it came from (autograd.h). A default-constructed tensor is undefined:
// only defined() and assignment are allowed.
class Tensor {
 public:
  Tensor() = default;
  Tensor(Shape shape, Dtype dtype);  // elements not initialised

  bool defined() const { return data_ != nullptr; }  // false for a default-constructed one
  const Shape& shape() const { return shape_; }      // the sizes of its dimensions
  Index dim(int i) const { return shape_[i]; }       // size of dimension i, negative from the end
  int rank() const { return shape_.rank(); }         // how many dimensions it has
  Index size() const { return shape_.size(); }       // how many elements it has
  Dtype dtype() const { return dtype_; }             // of its elements

  // The elements. Throws Error when T is not the tensor's dtype.
  template <class T>
  const T* data() const {
    expect(dtype_of<T>);
    return reinterpret_cast<const T*>(data_.get());
  }
  // The same as a span.
  template <class T>
  std::span<const T> values() const {
    return {data<T>(), static_cast<std::size_t>(size())};
  }
  // The elements, to be written in place: seen by every handle of this storage, so ask for the pointer once
  // and not in a loop. Leaves may be written: a graph that needs the old values then refuses to be
  // differentiated (autograd.h). Throws Error for a tensor that an operator recorded.
  template <class T>
  T* mutable_data() const {
    expect(dtype_of<T>);
    open_for_writing();
    return reinterpret_cast<T*>(data_.get());
  }

  double item() const;          // the value of a tensor of one element; throws Error otherwise
  double at(Index flat) const;  // element by row-major position, as double; throws Error when out of range
  // The element at a position along each dimension: x.at({row, column}). Throws Error unless there is one.
  double at(std::initializer_list<Index> position) const;
  std::vector<double> to_vector() const;  // all elements, row-major

  // The same elements outside any graph.
  Tensor detach() const;
  // A new tensor with its own storage; to(dtype) also converts. Gradients flow through both.
  Tensor clone() const;
  // See clone.
  Tensor to(Dtype dtype) const;
  // Copies source's elements, of this shape and any dtype, here (see mutable_data); they may share storage.
  void assign(const Tensor& source) const;
  // Whether both handles show the same storage from the same element on.
  bool shares_storage_with(const Tensor& other) const { return data_ == other.data_; }
  // Whether any element belongs to both.
  bool overlaps(const Tensor& other) const;
  // Whether no other handle shows this storage.
  bool alone() const { return data_.use_count() == 1; }
  // How often this storage was opened to be written, by whatever handle; 0 for an undefined tensor.
  std::uint64_t version() const;

  // Whether autograd follows this tensor: a leaf made by variable(), or recorded from one.
  bool tracked() const { return node_ != nullptr; }
  const std::shared_ptr<autograd::Node>& node() const { return node_; }  // null unless tracked
  // The same elements, as what this node recorded.
  Tensor with_node(std::shared_ptr<autograd::Node> node) const;

  // The same storage from element `first` on, under another shape, outside any graph: to write parts of a
  // tensor. reshape() and slice() are the operators.
  Tensor storage_view(Shape shape, Index first = 0) const;

 private:
  void expect(Dtype wanted) const;
  void open_for_writing() const;

  std::shared_ptr<std::byte> data_;
  std::shared_ptr<autograd::Node> node_;
  Shape shape_;
  Dtype dtype_ = Dtype::f32;
};

using Tensors = std::vector<Tensor>;

// A new tensor whose elements fill writes: filled(shape, dtype, [&]<class T>(T* elements) { ... }).
template <class Fill>
Tensor filled(const Shape& shape, Dtype dtype, const Fill& fill) {
  const Tensor result(shape, dtype);
  visit(dtype, [&]<class T>(T) { fill(result.mutable_data<T>()); });
  return result;
}

// Every element is the value.
Tensor full(Shape shape, double value, Dtype dtype = Dtype::f32);
// Every element is 0.
Tensor zeros(Shape shape, Dtype dtype = Dtype::f32);
// Every element is 1.
Tensor ones(Shape shape, Dtype dtype = Dtype::f32);
Tensor scalar(double value, Dtype dtype = Dtype::f32);  // rank 0
// From row-major values; throws Error when their number is not the shape's size.
Tensor from(const std::vector<double>& values, Shape shape, Dtype dtype = Dtype::f32);
// Row i has a 1 at labels[i], else 0: (labels.size(), classes). Throws Error on one outside 0..classes-1.
Tensor one_hot(std::span<const int> labels, Index classes, Dtype dtype = Dtype::f32);

// Dtype, shape and values, for people: four digits of each, a matrix as rows, and more dimensions as NumPy
// prints them. Of a dimension of more than eight, the first and the last three.
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

}  // namespace voronet
