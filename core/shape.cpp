#include <voronet/core/error.h>
#include <voronet/core/shape.h>

#include <algorithm>

namespace voronet {

Shape::Shape(std::initializer_list<Index> sizes) : Shape(sizes.begin(), sizes.end()) {}

Shape::Shape(const Index* first, const Index* last) : rank_(static_cast<int>(last - first)) {
  require(last - first <= max_rank, "shape: ", last - first, " dimensions, at most ", max_rank,
          " are possible");
  std::copy(first, last, sizes_.begin());
  for (const Index n : *this) require(n >= 0, "shape: negative size in ", *this);
  (void)size();
}

Index Shape::size() const {
  Index product = 1;
  for (const Index n : *this)
    require(!__builtin_mul_overflow(product, n, &product), "shape: ", *this, " has too many elements");
  return product;
}

int Shape::axis(int i) const {
  require(i >= -rank_ && i < rank_, "shape: axis ", i, " is out of range for ", *this);
  return i < 0 ? i + rank_ : i;
}

Shape Shape::with(int i, Index size) const {
  Shape copy = *this;
  copy.sizes_[axis(i)] = size;
  return Shape(copy.begin(), copy.end());
}

Shape Shape::without(int i) const {
  Shape copy = *this;
  auto* at = copy.sizes_.data() + axis(i);
  std::copy(at + 1, copy.sizes_.data() + rank_, at);
  --copy.rank_;
  return copy;
}

bool operator==(const Shape& a, const Shape& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << '(';
  for (int i = 0; i < shape.rank(); ++i) out << (i ? ", " : "") << shape.begin()[i];
  return out << ')';
}

Shape broadcast(const Shape& a, const Shape& b, const char* name) {
  const int rank = std::max(a.rank(), b.rank());
  std::array<Index, Shape::max_rank> sizes{};
  for (int i = 1; i <= rank; ++i) {
    const Index m = i <= a.rank() ? a[-i] : 1, n = i <= b.rank() ? b[-i] : 1;
    require(m == n || m == 1 || n == 1, name, ": shapes ", a, " and ", b,
            " do not broadcast (aligned at the last dimension, sizes must be equal or 1)");
    sizes[rank - i] = m == 1 ? n : m;
  }
  return Shape(sizes.data(), sizes.data() + rank);
}

}  // namespace voronet
