// A product of random matrices, and how far a kernel is from plain loops.
#pragma once

#include <voronet/core/kernels/gemm.h>
#include <voronet/core/random.h>

#include <cmath>
#include <limits>
#include <vector>

namespace voronet::test {

template <class T>
std::vector<T> random_values(Index n, Random& random) {
  std::vector<T> values(static_cast<std::size_t>(n));
  for (T& value : values) value = static_cast<T>(random.normal());
  return values;
}

// Random factors of a product, stored with `extra` unused columns that hold NaN.
template <class T>
struct Product {
  Index m, n, k;
  bool ta, tb;
  std::vector<T> a, b, bias;
  Index a_stride, b_stride;
  using Gemm = void (*)(Index, Index, Index, const kernels::Factor<T>&, const kernels::Factor<T>&, T*);
  Gemm gemm = kernels::gemm<T>;  // what computes it

  Product(Index rows, Index columns, Index inner, bool a_transposed = false, bool b_transposed = false,
          Index extra = 0)
      : m(rows), n(columns), k(inner), ta(a_transposed), tb(b_transposed) {
    Random random(17);
    const auto stored = [&](Index height, Index width) {
      std::vector<T> values = random_values<T>(height * (width + extra), random);
      for (Index i = 0; i < std::ssize(values); ++i)
        if (i % (width + extra) >= width)
          values[static_cast<std::size_t>(i)] = std::numeric_limits<T>::quiet_NaN();
      return values;
    };
    a = ta ? stored(k, m) : stored(m, k);
    b = tb ? stored(n, k) : stored(k, n);
    a_stride = (ta ? m : k) + extra;
    b_stride = (tb ? k : n) + extra;
    bias = random_values<T>(n, random);
  }
  kernels::Factor<T> left() const { return {a.data(), a_stride, ta}; }
  kernels::Factor<T> right() const { return {b.data(), b_stride, tb}; }

  std::vector<T> operator()(bool with_bias = false) const {
    std::vector<T> c(static_cast<std::size_t>(m * n), std::numeric_limits<T>::quiet_NaN());
    if (with_bias)
      kernels::linear<T>(m, n, k, left(), right(), c.data(), bias.data());
    else
      gemm(m, n, k, left(), right(), c.data());
    return c;
  }

  // The largest difference from plain loops, for sums of about 1, in every step-th row and column.
  double error(bool with_bias, Index step = 1) const {
    const auto c = (*this)(with_bias);
    const double size = std::sqrt(static_cast<double>(k + 1));
    double largest = 0;
    for (Index i = 0; i < m; i += step)
      for (Index j = 0; j < n; j += step) {
        double sum = with_bias ? bias[static_cast<std::size_t>(j)] : 0;
        for (Index p = 0; p < k; ++p)
          sum += static_cast<double>(*left().at(i, p).data) * *right().at(p, j).data;
        const double difference = std::abs(c[static_cast<std::size_t>(i * n + j)] - sum) / size;
        largest = difference <= largest ? largest : difference;  // a NaN stays
      }
    return largest;
  }
};

}  // namespace voronet::test
