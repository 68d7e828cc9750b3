#include <voronet/core/kernels/fast/blas.h>
#include <voronet/core/operators/matmul.h>

#include <filesystem>
#include <thread>

#include "support/matrix_product.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>
#include <omp.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// By OpenBLAS whatever the processor, just large enough, and cut in both directions; steps of 47 reach the
// last row and column.
template <class T>
Product<T> large_product(int form) {
  Product<T> product(518, 1035, 1002, form & 1, form & 2, 3);
  product.gemm = kernels::blas_gemm<T>;
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

TEST_CASE("a product leaves the number of threads that OpenMP has for its caller alone") {
  const int before = omp_get_max_threads();
  omp_set_num_threads(5);
  const Tensor product = matmul(ones({300, 300}), ones({300, 300}));
  CHECK(omp_get_max_threads() == 5);
  omp_set_num_threads(before);
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
