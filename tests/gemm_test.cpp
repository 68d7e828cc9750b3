#include <voronet/core/kernels/gemm.h>
#include <voronet/core/parallel.h>
#include <voronet/core/random.h>

#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

template <class T>
std::vector<T> random_values(Index n, Random& random) {
  std::vector<T> values(static_cast<std::size_t>(n));
  for (T& value : values) value = static_cast<T>(random.normal());
  return values;
}

template <class T>
T element(const kernels::Factor<T>& factor, Index row, Index column) {
  return factor.transposed ? factor.data[column * factor.stride + row]
                           : factor.data[row * factor.stride + column];
}

// The largest difference between gemm and plain loops, over matrices stored with `extra` unused columns.
template <class T>
double error_of_gemm(Index m, Index n, Index k, bool ta, bool tb, T alpha, T beta, Index extra) {
  Random random(17);
  const Index a_stride = (ta ? m : k) + extra, b_stride = (tb ? k : n) + extra, c_stride = n + extra;
  const auto a = random_values<T>((ta ? k : m) * a_stride, random),
             b = random_values<T>((tb ? n : k) * b_stride, random);
  const auto before = random_values<T>(m * c_stride, random);
  auto c = before;
  const kernels::Factor<T> left{a.data(), a_stride, ta}, right{b.data(), b_stride, tb};
  kernels::gemm<T>(m, n, k, alpha, left, right, beta, c.data(), c_stride);
  double error = 0;
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < c_stride; ++j) {
      const auto at = static_cast<std::size_t>(i * c_stride + j);
      double sum = 0;
      for (Index p = 0; p < k && j < n; ++p)
        sum += static_cast<double>(element(left, i, p)) * element(right, p, j);
      const double expected = j < n ? alpha * sum + beta * before[at] : before[at];
      error = std::max(error, std::abs(c[at] - expected));
    }
  return error;
}

}  // namespace

TEST_CASE_TEMPLATE("gemm agrees with plain loops and leaves the padding of its rows alone", T, float,
                   double) {
  const double tolerance = sizeof(T) == 4 ? 1e-4 : 1e-12;
  for (const Index m : {1, 3, 17, 64})
    for (const Index n : {1, 6, 33})
      for (const Index k : {1, 5, 100})
        for (const int transposed : {0, 1, 2, 3}) {
          CAPTURE(m);
          CAPTURE(n);
          CAPTURE(k);
          CAPTURE(transposed);
          const bool ta = transposed & 1, tb = transposed & 2;
          CHECK(error_of_gemm<T>(m, n, k, ta, tb, 1, 0, 0) < tolerance);
          CHECK(error_of_gemm<T>(m, n, k, ta, tb, T(0.5), T(-2), 3) < tolerance);
        }
}

TEST_CASE_TEMPLATE("gemm takes empty matrices, and an empty inner size makes zeros", T, float, double) {
  CHECK(error_of_gemm<T>(0, 3, 2, false, false, 1, 0, 0) == 0);
  CHECK(error_of_gemm<T>(3, 0, 2, true, true, 1, 0, 0) == 0);
  CHECK(error_of_gemm<T>(3, 4, 0, false, false, 1, 0, 0) == 0);
  CHECK(error_of_gemm<T>(3, 4, 0, true, true, 1, 2, 1) == 0);
}

TEST_CASE_TEMPLATE("gemm with beta 0 does not read the old result", T, float, double) {
  for (const Index size : {1, 2, 9, 40}) {
    std::vector<T> c(static_cast<std::size_t>(size * size), std::numeric_limits<T>::quiet_NaN());
    const std::vector<T> ones(c.size(), 1);
    kernels::gemm<T>(size, size, size, 1, {ones.data(), size}, {ones.data(), size}, 0, c.data(), size);
    for (const T value : c) CHECK(value == static_cast<T>(size));
  }
}

TEST_CASE("gemm refuses sizes that BLAS cannot count") {
  float c = 0;
  CHECK_THROWS_AS(kernels::gemm<float>(1, 1, Index(1) << 31, 1, {&c, 1}, {&c, 1}, 0, &c, 1), Error);
}

TEST_CASE("gemm inside a parallel loop gives the bits of gemm alone") {
  constexpr Index size = 150, area = size * size;
  Random random(5);
  const auto a = random_values<float>(area, random), b = random_values<float>(area, random);
  const int before = threads();
  set_threads(1);
  std::vector<float> alone(static_cast<std::size_t>(area));
  kernels::gemm<float>(size, size, size, 1, {a.data(), size}, {b.data(), size}, 0, alone.data(), size);
  set_threads(2);
  std::vector<std::vector<float>> inside(8, std::vector<float>(alone.size()));
  parallel_for(8, 1, [&](Index i, Index) {
    kernels::gemm<float>(size, size, size, 1, {a.data(), size}, {b.data(), size}, 0,
                         inside[static_cast<std::size_t>(i)].data(), size);
  });
  set_threads(before);
  for (const auto& c : inside) CHECK(c == alone);
}
