#include <voronet/core/autograd.h>
#include <voronet/core/memory.h>
#include <voronet/core/tensor.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <type_traits>

namespace voronet {

std::size_t size_of(Dtype dtype) { return dtype == Dtype::f32 ? sizeof(float) : sizeof(double); }

std::ostream& operator<<(std::ostream& out, Dtype dtype) {
  return out << (dtype == Dtype::f32 ? "f32" : "f64");
}

Tensor::Tensor(Shape shape, Dtype dtype) : shape_(shape), dtype_(dtype) {
  std::size_t bytes = 0;
  require(!__builtin_mul_overflow(shape.size(), size_of(dtype), &bytes), "tensor: ", shape, " is too large");
  data_ = memory::allocate(bytes);
}

void Tensor::expect(Dtype wanted) const {
  require(defined(), "tensor: undefined");
  require(dtype_ == wanted, "tensor: elements are ", dtype_, ", not ", wanted);
}

void Tensor::open_for_writing() const {
  if (tracked() && !autograd::is_leaf(*this))
    throw Error(text("tensor: written in place, but ", autograd::operator_name(*this),
                     " recorded it and its graph may need the old values"));
  memory::version(data_).fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t Tensor::version() const {
  return defined() ? memory::version(data_).load(std::memory_order_relaxed) : 0;
}

bool Tensor::overlaps(const Tensor& other) const {
  const auto end = [](const Tensor& t) { return t.data_.get() + t.size() * size_of(t.dtype_); };
  const std::less<> before;  // orders pointers into different storages too
  return defined() && other.defined() && size() > 0 && other.size() > 0 && before(data_.get(), end(other)) &&
         before(other.data_.get(), end(*this));
}

double Tensor::item() const {
  require(defined() && size() == 1, "item: needs one element, shape is ", shape_);
  return at(0);
}

double Tensor::at(Index flat) const {
  require(defined() && flat >= 0 && flat < size(), "at: position ", flat, " is outside ", shape_);
  return visit(dtype_, [&]<class T>(T) { return static_cast<double>(data<T>()[flat]); });
}

double Tensor::at(std::initializer_list<Index> position) const {
  require(std::ssize(position) == rank(), "at: ", position.size(), " positions in ", shape_);
  Index flat = 0;
  int d = 0;
  for (const Index i : position) {
    require(i >= 0 && i < dim(d), "at: position ", i, " is outside dimension ", d, " of ", shape_);
    flat = flat * dim(d++) + i;
  }
  return at(flat);
}

std::vector<double> Tensor::to_vector() const {
  return visit(dtype_, [&]<class T>(T) {
    const auto all = values<T>();
    return std::vector<double>(all.begin(), all.end());
  });
}

Tensor Tensor::detach() const { return with_node(nullptr); }

Tensor Tensor::with_node(std::shared_ptr<autograd::Node> node) const {
  Tensor copy = *this;
  copy.node_ = std::move(node);
  return copy;
}

Tensor Tensor::clone() const { return to(dtype_); }

Tensor Tensor::to(Dtype dtype) const {
  Tensor copy(shape_, dtype);
  copy.assign(*this);
  return record("to", copy, {{*this, [from = dtype_](const Step& s) { return s.gradient().to(from); }}});
}

void Tensor::assign(const Tensor& source) const {
  require(source.shape() == shape_, "assign: shape ", source.shape(), " into ", shape_);
  visit(dtype_, [&]<class To>(To) {
    visit(source.dtype(), [&]<class From>(From) {
      const auto values = source.values<From>();
      if constexpr (std::is_same_v<To, From>)
        std::memmove(mutable_data<To>(), values.data(), values.size_bytes());  // the two may overlap
      else
        std::copy(values.begin(), values.end(), mutable_data<To>());
    });
  });
}

Tensor Tensor::storage_view(Shape shape, Index first) const {
  require(defined(), "storage_view: undefined tensor");
  require(first >= 0 && shape.size() <= size() && first <= size() - shape.size(), "storage_view: ", shape,
          " from element ", first, " does not lie within ", shape_);
  Tensor result;
  result.data_ = {data_, data_.get() + first * size_of(dtype_)};
  result.shape_ = shape;
  result.dtype_ = dtype_;
  return result;
}

Tensor full(Shape shape, double value, Dtype dtype) {
  return filled(shape, dtype, [&]<class T>(T* to) { std::fill_n(to, shape.size(), static_cast<T>(value)); });
}

Tensor zeros(Shape shape, Dtype dtype) { return full(shape, 0, dtype); }
Tensor ones(Shape shape, Dtype dtype) { return full(shape, 1, dtype); }
Tensor scalar(double value, Dtype dtype) { return full({}, value, dtype); }

Tensor from(const std::vector<double>& values, Shape shape, Dtype dtype) {
  require(static_cast<Index>(values.size()) == shape.size(), "from: ", values.size(), " values for shape ",
          shape);
  return filled(shape, dtype, [&](auto* to) { std::copy(values.begin(), values.end(), to); });
}

Tensor one_hot(std::span<const int> labels, Index classes, Dtype dtype) {
  return filled({std::ssize(labels), classes}, dtype, [&]<class T>(T* row) {
    for (const int label : labels) {
      require(label >= 0 && label < classes, "one_hot: label ", label, " is outside 0..", classes - 1);
      std::fill_n(row, classes, T(0));
      row[label] = 1;
      row += classes;
    }
  });
}

}  // namespace voronet
