// Convolutions of random arrays, and how near to plain loops a kernel has to be.
#pragma once

#include <voronet/core/kernels/convolution.h>
#include <voronet/core/random.h>
#include <voronet/core/tensor.h>
#include <voronet/core/text.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>

namespace voronet::test {

using kernels::Conv2dSizes;

struct Arrays {
  Tensor x, weight, y;
};

// Values in -1..1 that float holds exactly, so that both precisions can be compared with the same sums.
inline Arrays random_arrays(const Conv2dSizes& s) {
  Random random(11);
  const auto values = [&](const Shape& shape) { return uniform(shape, -1, 1, random).to(Dtype::f64); };
  return {values({s.n, s.h, s.w, s.c}), values({s.o, s.c, s.kh, s.kw}),
          values({s.n, s.out_h(), s.out_w(), s.o})};
}

// What a kernel writes into an array of this shape that held NaN before.
template <class T, class Kernel>
Tensor result(const Shape& shape, const Kernel& kernel) {
  const Tensor out = full(shape, std::numeric_limits<double>::quiet_NaN(), dtype_of<T>);
  kernel(out.template mutable_data<T>());
  return out;
}

// NaN if one of the differences is.
inline double largest_difference(const Tensor& a, const Tensor& b) {
  double difference = 0;
  for (Index i = 0; i < a.size(); ++i)
    if (!(std::abs(a.at(i) - b.at(i)) <= difference)) difference = std::abs(a.at(i) - b.at(i));
  return difference;
}

// The largest difference in proportion to the largest value.
inline double relative_error(const Tensor& a, const Tensor& b) {
  double largest = 1e-30;
  for (Index i = 0; i < b.size(); ++i) largest = std::max(largest, std::abs(b.at(i)));
  return largest_difference(a, b) / largest;
}

// That the difference is within the bound, and in double within 1e-12 of the largest value.
template <class T>
void check_near(const Tensor& result, const Tensor& expected, double bound) {
  CHECK(largest_difference(result, expected) <= bound);
  if (sizeof(T) == 8) CHECK(relative_error(result, expected) <= 1e-12);
}

// Rounding errors of a sum of `terms` products of numbers in -1..1, in any order: each product meets at most
// terms + 2 roundings. `size` bounds one product, with what a transform makes of its factors, and
// `transforms` are the roundings of the transforms.
template <class T>
double rounding_bound(Index terms, double size = 1, Index transforms = 0) {
  return static_cast<double>((terms + 2 + transforms) * terms) * size *
         static_cast<double>(std::numeric_limits<T>::epsilon());
}
// For a tile of Winograd's algorithm (winograd.h), from the sums of absolute values of the rows of A', B' and
// G: 48 = max over rows of A' of sum over e |A'(r, e)| b(e) g(e), squared for the two sides; for the weight
// gradient 54 from the rows of G', likewise. A sum of five terms on each side of three factors: 30 roundings.
inline constexpr double winograd_size = 48 * 48, winograd_gradient_size = 54 * 54;
inline constexpr Index winograd_roundings = 30;

struct References {
  Tensor y, x, weight;
};

inline References reference_of(const Conv2dSizes& s, const Arrays& arrays) {
  const auto *px = arrays.x.data<double>(), *pw = arrays.weight.data<double>(), *py = arrays.y.data<double>();
  namespace reference = kernels::reference;
  return {result<double>(arrays.y.shape(), [&](double* out) { reference::conv2d(s, px, pw, out); }),
          result<double>(arrays.x.shape(),
                         [&](double* out) { reference::conv2d_input_gradient(s, py, pw, out); }),
          result<double>(arrays.weight.shape(),
                         [&](double* out) { reference::conv2d_weight_gradient(s, px, py, out); })};
}

inline std::string describe(const Conv2dSizes& s) {
  return text("x ", Shape{s.n, s.h, s.w, s.c}, ", weight ", Shape{s.o, s.c, s.kh, s.kw}, ", stride ",
              s.stride, ", padding ", s.padding);
}

}  // namespace voronet::test
