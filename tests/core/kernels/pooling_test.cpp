#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/pooling.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/random.h>

#include <cmath>
#include <limits>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// The windows' values one by one, by the definition.
template <class F>
void for_each_window(const Shape& x, Pool2dOptions options, const F& f) {
  const Index stride = options.stride == 0 ? options.size : options.stride;
  for (Index n = 0, at = 0; n < x[0]; ++n)
    for (Index i = 0; i * stride + options.size <= x[1]; ++i)
      for (Index j = 0; j * stride + options.size <= x[2]; ++j)
        for (Index c = 0; c < x[3]; ++c, ++at) {
          std::vector<Index> window;
          for (Index u = 0; u < options.size; ++u)
            for (Index v = 0; v < options.size; ++v)
              window.push_back(((n * x[1] + i * stride + u) * x[2] + j * stride + v) * x[3] + c);
          f(at, window);
        }
}

}  // namespace

TEST_CASE("pooling and its gradients follow the definition over sizes, strides and channels") {
  Random random(9);
  for (const Dtype dtype : {Dtype::f32, Dtype::f64})
    for (const Index c : {1, 3, 6, 8, 16, 17, 33})
      for (const Index size : {1, 2, 3, 5})
        for (const Index stride : {0, 1, 2, 4}) {
          CAPTURE(c);
          CAPTURE(size);
          CAPTURE(stride);
          const Pool2dOptions options{.size = size, .stride = stride};
          const Tensor x = variable(normal({3, 5, 8, c}, 0, 1, random, dtype));
          const Tensor largest = max_pool2d(x, options), mean = avg_pool2d(x, options);
          const Tensor seed = normal(largest.shape(), 0, 1, random, dtype);
          CHECK(max_pool2d(x.detach(), options).to_vector() == largest.to_vector());

          std::vector<double> to_largest(static_cast<std::size_t>(x.size()), 0), to_mean = to_largest;
          Index windows = 0;
          for_each_window(x.shape(), options, [&](Index at, const std::vector<Index>& window) {
            ++windows;
            Index best = window[0];
            double total = 0;
            for (const Index i : window) {
              if (x.at(i) > x.at(best)) best = i;
              total += x.at(i);
            }
            const double count = static_cast<double>(window.size());
            CHECK(largest.at(at) == x.at(best));
            CHECK(mean.at(at) == doctest::Approx(total / count).epsilon(1e-5));
            to_largest[static_cast<std::size_t>(best)] += seed.at(at);
            for (const Index i : window) to_mean[static_cast<std::size_t>(i)] += seed.at(at) / count;
          });
          CHECK(windows == largest.size());
          const Tensor g_largest = grad({largest}, {x}, {.cotangents = {seed}})[0];
          const Tensor g_mean = grad({mean}, {x}, {.cotangents = {seed}})[0];
          for (Index i = 0; i < x.size(); ++i) {
            CHECK(g_largest.at(i) == doctest::Approx(to_largest[static_cast<std::size_t>(i)]).epsilon(1e-5));
            CHECK(std::abs(g_mean.at(i) - to_mean[static_cast<std::size_t>(i)]) < 1e-5);
          }
        }
}

TEST_CASE("of equal elements the first gets the gradient") {
  const Tensor x = variable(ones({1, 2, 2, 2}));
  const Tensor gradient = grad(sum(max_pool2d(x)), {x})[0];
  for (Index i = 0; i < gradient.size(); ++i) CHECK(gradient.at(i) == (i < 2 ? 1 : 0));
}

TEST_CASE("a NaN is the largest element, and the first of several gets the gradient") {
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor x = variable(from({infinity, not_a_number, 1, not_a_number, 5, 6, 7, 8}, {2, 2, 2, 1}));
  const Tensor y = max_pool2d(x);
  CHECK(std::isnan(y.at(0)));
  CHECK(std::isnan(max_pool2d(x.detach()).at(0)));
  CHECK(y.at(1) == 8);
  CHECK(grad(sum(y), {x})[0].to_vector() == std::vector<double>{0, 1, 0, 0, 0, 0, 0, 1});
}

TEST_CASE("images of minus infinity have a largest element too") {
  const double least = -std::numeric_limits<double>::infinity();
  CHECK(max_pool2d(full({1, 2, 2, 1}, least)).item() == least);
}

TEST_CASE("pooling can be differentiated twice") {
  Random random(2);
  const Tensor x = variable(normal({2, 4, 4, 3}, 0, 1, random, Dtype::f64));
  for (const bool max : {true, false}) {
    const Tensor y = max ? max_pool2d(x) : avg_pool2d(x);
    const Tensor first = grad(sum(y * y * y), {x}, {.create_graph = true})[0];
    const Tensor second = grad(sum(first), {x})[0];
    // Each output spreads exactly its own derivative over its window: 3 y^2, then 6 y.
    CHECK(sum(first).item() == doctest::Approx(sum(3 * y * y).item()));
    CHECK(sum(second).item() == doctest::Approx(sum(6 * y).item()));
  }
}

TEST_CASE("pooling no images gives no images") {
  const Tensor x = variable(zeros({0, 4, 4, 2}));
  CHECK(grad(sum(max_pool2d(x)), {x})[0].shape() == x.shape());
  CHECK(avg_pool2d(x).shape() == Shape{0, 2, 2, 2});
}

TEST_CASE("pooling says what does not fit") {
  CHECK_THROWS_WITH_AS(max_pool2d(zeros({1, 2, 4, 1}), {.size = 3}),
                       "max_pool2d: a window of size 3 is larger than input (1, 2, 4, 1) (n x h x w x c)",
                       Error);
  CHECK_THROWS_AS(max_pool2d(zeros({4, 4, 1})), Error);
  CHECK_THROWS_AS(avg_pool2d(zeros({1, 4, 4, 1}), {.size = 0}), Error);
  CHECK_THROWS_AS(avg_pool2d(zeros({1, 4, 4, 1}), {.size = 2, .stride = -1}), Error);
  CHECK_THROWS_WITH_AS(
      avg_pool2d_input_gradient(zeros({1, 3, 2, 1}), {}, {1, 4, 4, 1}),
      "avg_pool2d_input_gradient: gradient (1, 3, 2, 1) is not of the output's shape (1, 2, 2, 1)", Error);
}
