// Shape: the sizes of a tensor's dimensions, a small value without heap memory.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <string>

namespace voronet {

using Index = std::int64_t;  // sizes, positions and labels

// a / b, rounded up; b > 0.
constexpr Index divide_up(Index a, Index b) { return a / b + (a % b > 0); }

// Sizes of at most max_rank dimensions, each >= 0, slowest first. A scalar has rank 0 and size 1.
class Shape {
 public:
  static constexpr int max_rank = 6;

  Shape() = default;
  Shape(std::initializer_list<Index> sizes);  // throws Error on a negative size or more than max_rank
  Shape(const Index* first, const Index* last);

  int rank() const { return rank_; }  // how many dimensions
  // The product of all sizes: the number of elements. Throws Error if it does not fit in 63 bits.
  Index size() const;

  // Size of dimension i; negative i counts from the end. Throws Error when out of range.
  Index operator[](int i) const { return sizes_[axis(i)]; }
  // A copy with dimension i (negative from the end) set to size.
  Shape with(int i, Index size) const;
  // A copy without dimension i.
  Shape without(int i) const;
  // The non-negative form of i in -rank..rank-1. Throws Error when out of range.
  int axis(int i) const;

  // The sizes, first to last.
  const Index* begin() const { return sizes_.data(); }
  // Behind the last size.
  const Index* end() const { return sizes_.data() + rank_; }
  friend bool operator==(const Shape& a, const Shape& b);

 private:
  std::array<Index, max_rank> sizes_{};
  int rank_ = 0;
};

// "(2, 8, 8, 3)"
std::ostream& operator<<(std::ostream& out, const Shape& shape);

// The shape that both broadcast to, by NumPy's rule: aligned at the last dimension, sizes equal or 1.
// Throws Error, which names the operator, when they don't fit.
Shape broadcast(const Shape& a, const Shape& b, const char* name);

}  // namespace voronet
