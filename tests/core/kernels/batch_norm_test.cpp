#include <voronet/core/autograd.h>
#include <voronet/core/memory.h>
#include <voronet/core/operators.h>
#include <voronet/core/random.h>

#include <limits>

#include "support/near.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// batch_norm in training as a composition of operators, which find their own gradients.
Tensor composed(const Tensor& x, const Tensor& weight, const Tensor& bias, bool with_relu,
                const Tensor& residual = {}) {
  std::vector<int> rows;
  for (int d = 0; d + 1 < x.rank(); ++d) rows.push_back(d);
  const Tensor centred = x - mean(x, rows);
  Tensor y = centred / sqrt(mean(square(centred), rows) + 1e-5) * weight + bias;
  if (residual.defined()) y = y + residual;
  return with_relu ? relu(y) : y;
}

Tensor fused(const Tensor& x, const Tensor& weight, const Tensor& bias, bool with_relu,
             const Tensor& residual = {}) {
  return batch_norm(x, channel_statistics(x), weight, bias,
                    {.training = true, .relu = with_relu, .residual = residual});
}

struct Case {
  Tensor x, weight, bias, residual, cotangent;
};

Case random_case(const Shape& shape, Dtype dtype, Random& random) {
  const Shape channels{shape[-1]};
  return {uniform(shape, -2, 3, random, dtype), uniform(channels, -1, 2, random, dtype),
          uniform(channels, -1, 1, random, dtype), uniform(shape, -1, 1, random, dtype),
          uniform(shape, -1, 1, random, dtype)};
}

// The output and the gradients in x, weight, bias and, if it takes part, residual.
template <class Norm>
Tensors results(const Norm& norm, const Case& c, bool with_relu, bool with_residual) {
  const Tensor x = variable(c.x), weight = variable(c.weight), bias = variable(c.bias);
  const Tensor residual = with_residual ? variable(c.residual) : Tensor();
  const Tensor y = norm(x, weight, bias, with_relu, residual);
  Tensors inputs{x, weight, bias};
  if (with_residual) inputs.push_back(residual);
  Tensors all = grad(y, inputs, {.cotangents = {c.cotangent}});
  all.push_back(y);
  return all;
}

const std::vector<Shape> odd_shapes{{2, 1},        {3, 5},          {700, 3},      {2, 3, 5, 7},
                                    {4, 9, 9, 16}, {3, 31, 17, 65}, {2, 5, 5, 257}};

}  // namespace

TEST_CASE("batch_norm and its gradients are those of the composed operators") {
  Random random(1);
  for (const Dtype dtype : {Dtype::f32, Dtype::f64})
    for (const Shape& shape : odd_shapes)
      for (const bool with_relu : {false, true})
        for (const bool with_residual : {false, true}) {
          CAPTURE(shape);
          const Case c = random_case(shape, dtype, random);
          const Tensors found = results(fused, c, with_relu, with_residual);
          const Tensors expected = results(composed, c, with_relu, with_residual);
          // Two rows of nearly equal values have gradients of up to 1 / epsilon: rounding counts more there.
          const double tolerance = dtype == Dtype::f64                  ? 1e-10
                                   : shape[0] == 2 && shape.rank() == 2 ? 0.1
                                                                        : 1e-3;
          REQUIRE(found.size() == expected.size());
          for (std::size_t i = 0; i < found.size(); ++i) CHECK(distance(found[i], expected[i]) < tolerance);
        }
}

TEST_CASE("with given statistics batch_norm is a line in each channel") {
  Random random(2);
  const Case c = random_case({2, 3, 3, 5}, Dtype::f64, random);
  const ChannelStatistics given{uniform({5}, -1, 1, random, Dtype::f64),
                                uniform({5}, 0.5, 2, random, Dtype::f64)};
  const auto line = [&](const Tensor& x, const Tensor& w, const Tensor& b, bool with_relu, const Tensor& r) {
    Tensor y = (x - given.mean) / sqrt(given.variance + 1e-5) * w + b;
    if (r.defined()) y = y + r;
    return with_relu ? relu(y) : y;
  };
  const auto fixed = [&](const Tensor& x, const Tensor& w, const Tensor& b, bool with_relu, const Tensor& r) {
    return batch_norm(x, given, w, b, {.relu = with_relu, .residual = r});
  };
  for (const bool with_relu : {false, true})
    for (const bool with_residual : {false, true}) {
      const Tensors found = results(fixed, c, with_relu, with_residual),
                    expected = results(line, c, with_relu, with_residual);
      for (std::size_t i = 0; i < found.size(); ++i) CHECK(distance(found[i], expected[i]) < 1e-12);
    }
}

TEST_CASE("statistics are right where the mean is ten thousand deviations away, and for constants") {
  Random random(3);
  const Tensor noise = normal({4, 33, 33, 3}, 0, 1, random), x = noise + 10000;
  const ChannelStatistics found = channel_statistics(x);
  const Tensor exact = x.to(Dtype::f64);  // x as it is, after rounding
  const Tensor mean_value = mean(exact, {0, 1, 2}), variance = mean(square(exact - mean_value), {0, 1, 2});
  CHECK(distance(found.mean, mean_value) < 1e-7);
  CHECK(distance(found.variance, variance) < 1e-5);
  CHECK(channel_statistics(full({500, 2}, 0.1)).variance.to_vector() == std::vector<double>{0, 0});
  const Tensor y = fused(full({500, 2}, 0.1), ones({2}), full({2}, 0.25), false);
  CHECK(distance(y, full({500, 2}, 0.25)) < 1e-6);
}

TEST_CASE("one far value does not spoil the variance of the others") {
  std::vector<double> values(40000, 1);
  for (std::size_t i = 0; i < values.size(); i += 2) values[i] = -1;
  values[0] = 3e4;
  const Tensor x = from(values, {40000, 1}), exact = x.to(Dtype::f64);
  const double variance = mean(square(exact - mean(exact))).item();
  CHECK(channel_statistics(x).variance.item() == doctest::Approx(variance).epsilon(1e-5));
}

TEST_CASE("batch_norm has the same bits for any number of threads") {
  Random random(4);
  for (const Shape& shape : {Shape{8, 32, 32, 16}, Shape{5, 41, 37, 7}, Shape{64, 8, 8, 256}}) {
    const Case c = random_case(shape, Dtype::f32, random);
    const auto bits = [&] {
      std::vector<std::vector<double>> all;
      for (const Tensor& t : results(fused, c, true, true)) all.push_back(t.to_vector());
      return all;
    };
    CHECK(with_threads(1, bits) == with_threads(3, bits));
  }
}

TEST_CASE("ReLU in batch_norm passes NaN on, and its gradient is 0 at 0") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const ChannelStatistics standard{zeros({1}), ones({1})};
  const BatchNormOptions options{.relu = true};
  CHECK(std::isnan(batch_norm(from({nan, 1}, {2, 1}), standard, ones({1}), zeros({1}), options).at(0)));
  const Tensor x = variable(from({0, -1}, {2, 1}));
  const Tensor y = batch_norm(x, standard, ones({1}), zeros({1}), options);
  CHECK(grad(y, {x}, {.cotangents = {ones({2, 1})}})[0].to_vector() == std::vector<double>{0, 0});
}

TEST_CASE("batch_norm in training keeps its input and its output, nothing else of their size") {
  Random random(5);
  const Case c = random_case({16, 16, 16, 8}, Dtype::f32, random);
  const Tensor x = variable(c.x), residual = variable(c.residual);
  const auto before = memory::statistics().live_bytes;
  const Tensor y = fused(x, variable(c.weight), variable(c.bias), true, residual);
  const auto size = static_cast<std::int64_t>(y.size()) * 4;
  CHECK(memory::statistics().live_bytes - before < size + size / 4);
}

TEST_CASE("batch_norm refuses what does not fit") {
  const Tensor x = ones({2, 3}), three = ones({3});
  const ChannelStatistics s = channel_statistics(x);
  CHECK_THROWS_WITH_AS(batch_norm(x, s, ones({2}), three),
                       "batch_norm: input (2, 3) has 3 channels, but statistics, weight or bias are (2)",
                       const Error&);
  CHECK_THROWS_AS(batch_norm(x, {ones({2}), ones({2})}, three, three), const Error&);
  CHECK_THROWS_AS(batch_norm(x, s, ones({3}, Dtype::f64), three), const Error&);
  CHECK_THROWS_AS(batch_norm(x, s, three, three, {.epsilon = 0}), const Error&);
  CHECK_THROWS_AS(batch_norm(x, s, three, three, {.residual = ones({3})}), const Error&);
  CHECK_THROWS_AS(batch_norm(three, s, three, three), const Error&);
  CHECK_THROWS_AS(channel_statistics(ones({0, 3})), const Error&);
  CHECK_THROWS_AS(channel_statistics(three), const Error&);
}
