#include <array>

#include "support/matrix_product.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

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
