#include <voronet/core/kernels/blas.h>
#include <voronet/core/kernels/gemm.h>
#include <voronet/core/random.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <thread>
#include <vector>

#include "support/threads_are.h"
#include <doctest/doctest.h>
#include <omp.h>

using namespace voronet;
using namespace voronet::test;

namespace {

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
  bool by_blas = false;

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
    else if (by_blas)
      kernels::blas_gemm<T>(m, n, k, left(), right(), c.data());
    else
      kernels::gemm<T>(m, n, k, left(), right(), c.data());
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

}  // namespace

TEST_CASE_TEMPLATE("gemm agrees with plain loops and reads nothing beside its factors", T, float, double) {
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-14;
  for (const Index m : {0, 1, 3, 17, 130})
    for (const Index n : {0, 1, 5, 9, 33, 131})
      for (const Index k : {0, 1, 5, 100})
        for (const int form : {0, 1, 2, 3}) {
          CAPTURE(m);
          CAPTURE(n);
          CAPTURE(k);
          CAPTURE(form);
          const bool ta = form & 1, tb = form & 2;
          CHECK(Product<T>(m, n, k, ta, tb).error(false) < tolerance);
          CHECK(Product<T>(m, n, k, ta, tb, 3).error(true) < tolerance);
        }
}

TEST_CASE_TEMPLATE("gemm agrees with plain loops where sums are cut and rows copied", T, float, double) {
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-14;
  for (const int form : {0, 1, 2, 3})
    for (const auto& [m, n, k] :
         std::vector<std::array<Index, 3>>{{7, 21, 1100}, {601, 5, 513}, {513, 517, 30}, {140, 1999, 3}}) {
      const Index rows = m;  // clang 14 does not capture m itself
      CAPTURE(rows);
      CAPTURE(form);
      CHECK(Product<T>(m, n, k, form & 1, form & 2, 2).error(true) < tolerance);
    }
}

TEST_CASE("gemm has the same bits for any number of threads, and inside a parallel loop") {
  for (const auto& [m, n, k] :
       std::vector<std::array<Index, 3>>{{150, 150, 150}, {128, 120, 256}, {33, 700, 1030}, {600, 600, 40}})
    for (const int form : {0, 1, 2, 3}) {
      const Product<float> product(m, n, k, form & 1, form & 2);
      const auto one = with_threads(1, product);
      for (const int count : {2, 3, 8}) CHECK(with_threads(count, product) == one);
      const ThreadsAre two(2);
      std::vector<std::vector<float>> inside(4);
      parallel_for(4, 1, [&](Index i, Index) { inside[static_cast<std::size_t>(i)] = product(); });
      for (const auto& c : inside) CHECK(c == one);
    }
}

TEST_CASE_TEMPLATE("a row of gemm has the same bits alone as among others", T, float, double) {
  for (const auto& [n, k] : std::vector<std::array<Index, 2>>{{10, 84}, {120, 256}, {70, 1100}, {1, 9}})
    for (const bool tb : {false, true}) {
      constexpr Index m = 150;
      const Product<T> product(m, n, k, false, tb);
      const auto all = product(true);
      for (const Index rows : {1, 2, 7, 64})
        for (Index first = 0; first + rows <= m; first += 29) {
          std::vector<T> some(static_cast<std::size_t>(rows * n));
          kernels::linear<T>(rows, n, k, product.left().at(first, 0), product.right(), some.data(),
                             product.bias.data());
          CHECK(some == std::vector<T>(all.begin() + first * n, all.begin() + (first + rows) * n));
        }
    }
}

namespace {

// By OpenBLAS whatever the processor, just large enough, and cut in both directions; steps of 47 reach the
// last row and column.
template <class T>
Product<T> large_product(int form) {
  Product<T> product(518, 1035, 1002, form & 1, form & 2, 3);
  product.by_blas = true;
  REQUIRE(product.m * product.n * product.k >= kernels::large_product);
  return product;
}

Index threads_of_process() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

}  // namespace

TEST_CASE_TEMPLATE("a large product agrees with plain loops, with the same bits for any number of threads", T,
                   float, double) {
  for (const int form : {0, 1, 2, 3}) {
    CAPTURE(form);
    const auto product = large_product<T>(form);
    CHECK(product.error(false, 47) < (sizeof(T) == 4 ? 1e-5 : 1e-14));
    const auto one = with_threads(1, product);
    for (const int count : {2, 3}) CHECK(with_threads(count, product) == one);
  }
}

TEST_CASE("a large product opens no team of OpenMP's, and leaves its caller's setting alone") {
  const auto product = large_product<float>(0);
  const ThreadsAre one(1);
  std::thread([&] {  // which has had no team yet
    omp_set_num_threads(8);
    const Index before = threads_of_process();
    product();
    CHECK(threads_of_process() < before + 7);  // more, if another test's helpers are still being made
    CHECK(omp_get_max_threads() == 8);
  })
      .join();
}

TEST_CASE("a row of a large linear layer has the same bits alone as among others") {
  const auto product = large_product<float>(2);
  const auto all = product(true);
  for (const Index row : {0, 300, 517}) {
    std::vector<float> alone(static_cast<std::size_t>(product.n));
    kernels::linear<float>(1, product.n, product.k, product.left().at(row, 0), product.right(), alone.data(),
                           product.bias.data());
    CHECK(alone == std::vector<float>(all.begin() + row * product.n, all.begin() + (row + 1) * product.n));
  }
}
