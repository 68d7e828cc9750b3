#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/theory/operator_norm.h>

#include <cmath>
#include <limits>

#include "support/threads_are.h"
#include <doctest/doctest.h>

namespace voronet {
namespace {

Tensor random_weight(Shape shape, std::uint64_t seed) {
  Random random(seed);
  return normal(shape, 0, 1, random, Dtype::f64);
}

struct Case {
  Shape weight;
  Index height, width;
  Conv2dOptions conv;
};

const std::vector<Case> cases = {
    {{1, 1, 1, 1}, 1, 1, {}},
    {{4, 3, 3, 3}, 6, 5, {.stride = 1, .padding = 1}},
    {{2, 3, 3, 3}, 7, 6, {.stride = 2, .padding = 1}},
    {{5, 2, 3, 2}, 6, 6, {.stride = 3, .padding = 0}},
    {{3, 4, 1, 1}, 5, 5, {.stride = 2, .padding = 0}},
    {{2, 1, 4, 4}, 2, 3, {.stride = 1, .padding = 2}},
};

TEST_CASE("the norm of a diagonal matrix is its largest element") {
  const Tensor diagonal = from({3, 0, 0, 0, -7, 0}, {2, 3}, Dtype::f64);
  const PowerNorm power = matrix_norm(diagonal);
  CHECK(power.norm == doctest::Approx(7).epsilon(1e-8));
  CHECK(power.norm <= 7 * (1 + 1e-14));
  CHECK(power.residual <= 1e-4);
  CHECK(power.iterations > 1);
  CHECK(matrix_norm_bound(diagonal) == doctest::Approx(7).epsilon(2e-6));
  CHECK(matrix_norm_bound(diagonal) >= 7);
  CHECK(matrix_norm_bound(diagonal.to(Dtype::f32)) >= 7);
}

TEST_CASE("power iteration stays below the bound of a matrix, and both are near") {
  for (const Shape& shape : {Shape{1, 1}, Shape{5, 5}, Shape{3, 20}, Shape{40, 7}}) {
    CAPTURE(shape);
    const Tensor matrix = random_weight(shape, 3);
    const double below = matrix_norm(matrix, {.tolerance = 1e-8, .iterations = 10000}).norm,
                 above = matrix_norm_bound(matrix);
    CHECK(below <= above);
    CHECK(above <= below * (1 + 3e-6));
  }
}

TEST_CASE("equal singular values are no trouble to the bound") {
  const Tensor identity = one_hot(std::vector{0, 1, 2, 3, 4, 5}, 6, Dtype::f64);
  CHECK(matrix_norm_bound(identity) == doctest::Approx(1).epsilon(2e-6));
  CHECK(matrix_norm_bound(identity) >= 1);
}

TEST_CASE("the power iteration of a seed gives the same bits again") {
  const Tensor matrix = random_weight({9, 6}, 5);
  CHECK(matrix_norm(matrix, {.seed = 7}).norm == matrix_norm(matrix, {.seed = 7}).norm);
  CHECK(matrix_norm(matrix, {.iterations = 1, .seed = 7}).norm !=
        matrix_norm(matrix, {.iterations = 1, .seed = 8}).norm);
  CHECK(matrix_norm(matrix, {.iterations = 1}).iterations == 1);
}

TEST_CASE("zeros and tiny and huge weights have their norms") {
  CHECK(matrix_norm_bound(zeros({3, 2}, Dtype::f64)) == 0);
  CHECK(matrix_norm(zeros({3, 2}, Dtype::f64)).norm == 0);
  CHECK(convolution_norm_bound(zeros({2, 1, 3, 3}), 5, 5, {}) == 0);
  const Tensor weight = random_weight({2, 3, 3, 3}, 1);
  const double norm = convolution_norm_bound(weight, 5, 5, {});
  for (const double scale : {1e-200, 1e200})
    CHECK(convolution_norm_bound(weight * scale, 5, 5, {}) == doctest::Approx(norm * scale).epsilon(1e-9));
}

TEST_CASE("the norm of a convolution is that of its dense matrix, and its Fourier bound is above") {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& [shape, height, width, conv] = cases[i];
    CAPTURE(i);
    const Tensor weight = random_weight(shape, i);
    const double exact = matrix_norm_bound(dense_convolution(weight, height, width, conv));
    const double power =
        convolution_norm(weight, height, width, conv, {.tolerance = 1e-8, .iterations = 10000}).norm;
    CHECK(power == doctest::Approx(exact).epsilon(1e-5));
    CHECK(power <= exact);
    CHECK(power <= convolution_norm_bound(weight, height, width, conv));
  }
}

// The circular convolution with stride that the bound is exact for, as a dense matrix.
Tensor circular(const Tensor& weight, Index rows, Index columns, Index stride) {
  const Index out = weight.dim(0), in = weight.dim(1), kh = weight.dim(2), kw = weight.dim(3),
              outputs = rows / stride * (columns / stride) * out;
  Tensor matrix = zeros({outputs, rows * columns * in}, Dtype::f64);
  for (Index y = 0; y < rows / stride; ++y)
    for (Index x = 0; x < columns / stride; ++x)
      for (Index o = 0; o < out; ++o)
        for (Index c = 0; c < in; ++c)
          for (Index a = 0; a < kh; ++a)
            for (Index b = 0; b < kw; ++b) {
              const Index row = (y * (columns / stride) + x) * out + o,
                          column = ((y * stride + a) % rows * columns + (x * stride + b) % columns) * in + c;
              matrix.mutable_data<double>()[row * matrix.dim(1) + column] +=
                  weight.at(((o * in + c) * kh + a) * kw + b);
            }
  return matrix;
}

TEST_CASE("the Fourier bound is the norm of the convolution that wraps around its padded grid") {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& [shape, height, width, conv] = cases[i];
    CAPTURE(i);
    const Tensor weight = random_weight(shape, 10 + i);
    const auto grid = [&, stride = conv.stride, padding = conv.padding](Index size) {
      return (size + 2 * padding + stride - 1) / stride * stride;
    };
    const Tensor matrix = circular(weight, grid(height), grid(width), conv.stride);
    CHECK(convolution_norm_bound(weight, height, width, conv) ==
          doctest::Approx(matrix_norm_bound(matrix)).epsilon(2e-6));
  }
}

TEST_CASE("the norm of the reshaped kernel is no bound of the convolution") {
  const Tensor weight = ones({1, 1, 3, 3}, Dtype::f64);
  CHECK(matrix_norm_bound(reshape(weight, {1, 9})) == doctest::Approx(3).epsilon(1e-5));
  CHECK(convolution_norm(weight, 20, 20, {.padding = 1}).norm > 8.5);
  CHECK(convolution_norm_bound(weight, 20, 20, {.padding = 1}) == doctest::Approx(9).epsilon(1e-5));
}

TEST_CASE("no change of one pixel moves the convolution by more than its one-pixel norm") {
  const Tensor weight = random_weight({4, 3, 3, 3}, 2);
  const Conv2dOptions conv{.stride = 1, .padding = 1};
  const double norm = one_pixel_norm_bound(weight);
  CHECK(norm < convolution_norm(weight, 6, 6, conv).norm);
  Random random(4);
  double largest = 0;
  for (int trial = 0; trial < 200; ++trial) {
    Tensor x = zeros({1, 6, 6, 3}, Dtype::f64);
    const Tensor colour = normal({3}, 0, 1, random, Dtype::f64);
    const Index pixel = random.below(36);
    for (Index c = 0; c < 3; ++c) x.mutable_data<double>()[pixel * 3 + c] = colour.at(c);
    largest =
        std::max(largest, std::sqrt(sum(square(conv2d(x, weight, conv))).item() / sum(square(x)).item()));
  }
  CHECK(largest <= norm);
  CHECK(largest > 0.95 * norm);
}

TEST_CASE("the Fourier bound has the same bits for any number of threads") {
  const Tensor weight = random_weight({8, 6, 3, 3}, 2);
  const auto bound = [&] { return convolution_norm_bound(weight, 12, 12, {.stride = 2, .padding = 1}); };
  CHECK(test::with_threads(1, bound) == test::with_threads(3, bound));
}

TEST_CASE("what has no norm is refused in one line") {
  const Tensor weight = ones({2, 3, 3, 3});
  CHECK_THROWS_WITH_AS(matrix_norm(weight), "matrix norm: (2, 3, 3, 3) is not a matrix", Error);
  CHECK_THROWS_WITH_AS(matrix_norm_bound(full({1, 1}, std::nan(""))),
                       "operator norm: the weight (1, 1) holds nan, not only finite values", Error);
  CHECK_THROWS_WITH_AS(matrix_norm(full({1, 1}, std::numeric_limits<double>::infinity())),
                       "power iteration: the norm is not finite", Error);
  CHECK_THROWS_WITH_AS(
      convolution_norm_bound(weight, 2, 2, {}),
      "convolution norm: weight (2, 3, 3, 3) with stride 1 and padding 0 does not fit images 2 x 2", Error);
  CHECK_THROWS_WITH_AS(convolution_norm(ones({2, 3}), 2, 2, {}),
                       "convolution norm: weight (2, 3) is not out x in x kh x kw", Error);
  CHECK_THROWS_AS(matrix_norm(ones({1, 1}), {.tolerance = 0}), Error);
  CHECK_THROWS_AS(matrix_norm(ones({1, 1}), {.iterations = 0}), Error);
  CHECK_THROWS_AS(matrix_norm(zeros({2, 0})), Error);
}

}  // namespace
}  // namespace voronet
