#include <voronet/core/operators/shapes.h>
#include <voronet/layers/plan/delta_plan.h>
#include <voronet/layers/plan/inference_plan.h>

#include <cmath>

#include "layers/plan/random_network.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::plan;
using namespace voronet::test;

namespace {

// n windows of one random size at random places within the image, or all at one.
Windows random_windows(const Shape& image, Index n, bool together, Random& random) {
  const auto places = [&](Index size) {
    const Index most = random.below(2) ? size : std::min<Index>(3, size);
    Spans spans{between(1, most, random), {}};
    for (Index i = 0; i < n; ++i)
      spans.begins.push_back(together && i > 0 ? spans.begins[0] : between(0, size - spans.length, random));
    return spans;
  };
  return {places(image[0]), places(image[1])};
}

// n copies of the base with the differences added.
template <class T>
Tensor changed(const Tensor& base, const Windows& windows, const std::vector<T>& differences) {
  const Index h = base.dim(1), w = base.dim(2), c = base.dim(3), n = windows.count();
  const Tensor images({n, h, w, c}, base.dtype());
  auto difference = differences.begin();
  for (Index i = 0; i < n; ++i) {
    T* image = images.mutable_data<T>() + i * h * w * c;
    std::copy_n(base.data<T>(), h * w * c, image);
    for (Index r = 0; r < windows.rows.length; ++r)
      for (Index j = 0; j < windows.columns.length; ++j)
        for (Index k = 0; k < c; ++k) {
          const auto at = static_cast<std::size_t>(i);
          image[((windows.rows.begins[at] + r) * w + windows.columns.begins[at] + j) * c + k] +=
              *difference++;
        }
  }
  return images;
}

// The plan's error for n random changes of a random image, relative to the network's largest output.
template <class T>
double error_of(Module& net, const Shape& image, Index n, bool together, Random& random) {
  const DeltaPlan<T> plan(net, image);
  const Tensor base = uniform(batch_shape(1, image), 0, 1, random, dtype_of<T>);
  const Windows windows = random_windows(image, n, together, random);
  std::vector<T> differences;
  for (Index e = 0; e < n * windows.area() * image[2]; ++e)
    differences.push_back(random.below(4) == 0 ? T(0) : static_cast<T>(random.uniform(-1, 1)));
  const Tensor y(batch_shape(n, plan.output_shape()), dtype_of<T>);
  plan.run(plan.base(base.data<T>()), windows, differences.data(), y.mutable_data<T>());
  return relative_error(y, evaluated(net, changed<T>(base, windows, differences)));
}

}  // namespace

TEST_CASE("a delta plan computes what its network computes: random networks, windows anywhere") {
  int networks = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Random random(seed);
    const Shape image{between(4, 17, random), between(4, 17, random), between(1, 4, random)};
    const auto net = random_network(image, random);
    if (net->parameters().empty()) continue;  // no dtype to set
    ++networks;
    for (const bool together : {true, false})
      for (const Index n : {1, 3, 9}) {
        INFO("seed " << seed << ", " << n << (together ? " windows together" : " windows"));
        net->to(Dtype::f32);
        CHECK(error_of<float>(*net, image, n, together, random) < tolerance(Dtype::f32));
        net->to(Dtype::f64);
        CHECK(error_of<double>(*net, image, n, together, random) < tolerance(Dtype::f64));
      }
  }
  CHECK(networks > 100);
}

TEST_CASE("wide residual networks, whose convolutions go by tiles, with strides and average pooling") {
  Random random(3);
  Sequential net;
  net.add(Conv2d(3, 16, 3, random, {.padding = 1}));
  net.add(ResidualBlock(16, 16, 1, random));
  net.add(ResidualBlock(16, 24, 2, random));
  net.add(ResidualBlock(24, 24, 1, random));
  net.add(AvgPool2d({.size = 3, .stride = 2}));
  net.add(ResidualBlock(24, 40, 1, random));
  net.add(GlobalAverage());
  net.add(GaussHead(40, 10, random));
  for (int trial = 0; trial < 20; ++trial)
    for (const bool together : {true, false})
      CHECK(error_of<float>(net, {31, 28, 3}, 20, together, random) < 1e-5);
  net.to(Dtype::f64);
  for (const bool together : {true, false})
    CHECK(error_of<double>(net, {31, 28, 3}, 20, together, random) < 1e-12);
}

TEST_CASE("a window that no output reads changes nothing") {
  Random random(4);
  Sequential net;
  net.add(MaxPool2d({.size = 2}));
  net.add(Conv2d(1, 2, 2, random));
  net.add(Flatten());
  net.add(Linear(2, 3, random));
  const DeltaPlan<float> plan(net, {5, 5, 1});
  const Tensor base = uniform({1, 5, 5, 1}, 0, 1, random);
  const std::vector<float> difference{9, 9, 9};
  const Tensor y({3, 3}, Dtype::f32);
  for (const Windows& windows : {Windows{{1, {4, 4, 4}}, {1, {4, 4, 4}}}, {{1, {4, 4, 4}}, {1, {0, 1, 2}}}}) {
    plan.run(plan.base(base.data<float>()), windows, difference.data(), y.mutable_data<float>());
    for (Index i = 0; i < 3; ++i) CHECK(relative_error(slice(y, 0, i, i + 1), evaluated(net, base)) < 1e-6);
  }
}

TEST_CASE("the same bits for any number of threads") {
  Random random(5);
  Sequential net;
  net.add(Conv2d(3, 32, 3, random, {.padding = 1}));
  net.add(ResidualBlock(32, 64, 2, random));
  net.add(GlobalAverage());
  const DeltaPlan<float> plan(net, {24, 24, 3});
  const Tensor base = uniform({1, 24, 24, 3}, 0, 1, random);
  const Windows windows = random_windows({24, 24, 3}, 70, false, random);
  const std::vector<float> differences(static_cast<std::size_t>(70 * windows.area() * 3), 0.5F);
  const auto run = [&] {
    const Tensor y({70, 64}, Dtype::f32);
    plan.run(plan.base(base.data<float>()), windows, differences.data(), y.mutable_data<float>());
    return y.to_vector();
  };
  const auto expected = with_threads(1, run);
  for (const int n : {2, 3, 5}) CHECK(with_threads(n, run) == expected);
}

TEST_CASE("a network of another dtype, or of features, has no delta plan") {
  Random random(6);
  Linear linear(4, 3, random);
  CHECK_THROWS_WITH_AS(DeltaPlan<float>(linear, {4}), doctest::Contains("h x w x c"), Error);
  Conv2d convolution(1, 2, 3, random);
  CHECK_THROWS_WITH_AS(DeltaPlan<double>(convolution, {5, 5, 1}), doctest::Contains("f32"), Error);
  CHECK_THROWS_AS(DeltaPlan<float>(convolution, {5, 5, 2}), Error);
}

TEST_CASE("no windows have no results, and windows that leave the image are refused") {
  Random random(7);
  Conv2d net(1, 2, 3, random, {.stride = 2});
  const DeltaPlan<float> plan(net, {5, 6, 1});
  const DeltaPlan<float>::Base base = plan.base(uniform({1, 5, 6, 1}, 0, 1, random).data<float>());
  const std::vector<float> differences(24, 1.F);
  std::vector<float> y(16, 7.F);
  plan.run(base, {{2, {}}, {3, {}}}, differences.data(), y.data());
  plan.run(base, {}, nullptr, y.data());
  CHECK(y == std::vector<float>(16, 7.F));
  const auto run = [&](const Windows& windows) { plan.run(base, windows, differences.data(), y.data()); };
  run({{2, {3}}, {3, {3}}});
  CHECK_THROWS_WITH_AS(run({{2, {4}}, {3, {3}}}),
                       "delta plan: a window of 2 x 3 pixels at (4, 3), of an image (5, 6, 1)", Error);
  CHECK_THROWS_WITH_AS(run({{2, {0, 3}}, {3, {0, 4}}}),
                       "delta plan: a window of 2 x 3 pixels at (3, 4), of an image (5, 6, 1)", Error);
  CHECK_THROWS_WITH_AS(run({{2, {0, 3}}, {3, {-1, 0}}}),
                       "delta plan: a window of 2 x 3 pixels at (0, -1), of an image (5, 6, 1)", Error);
  CHECK_THROWS_WITH_AS(run({{-1, {0}}, {3, {0}}}),
                       "delta plan: a window of -1 x 3 pixels at (0, 0), of an image (5, 6, 1)", Error);
  CHECK_THROWS_WITH_AS(run({{2, {0, 1}}, {3, {0}}}), "delta plan: windows of 2 rows' and 1 columns' places",
                       Error);
}

TEST_CASE("a NaN is the largest of its window, as in an inference plan") {
  MaxPool2d net({.size = 2});
  for (Index pixel = 0; pixel < 4; ++pixel)
    for (const bool in_base : {false, true}) {
      CAPTURE(pixel);
      CAPTURE(in_base);
      const Tensor base = from({1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8}, {1, 4, 4, 1});
      if (in_base) base.mutable_data<float>()[pixel / 2 * 4 + pixel % 2] = std::nanf("");
      std::vector<float> differences(4, 0.F);
      differences.at(static_cast<std::size_t>(in_base ? 3 - pixel : pixel)) = in_base ? 1.F : std::nanf("");
      const Windows windows{{2, {0}}, {2, {0}}};
      const DeltaPlan<float> plan(net, {4, 4, 1});
      std::vector<float> y(4);
      plan.run(plan.base(base.data<float>()), windows, differences.data(), y.data());
      CHECK(std::isnan(y[0]));
      const auto expected =
          InferencePlan(net, {4, 4, 1}, 1).run(changed<float>(base, windows, differences)).to_vector();
      CHECK(std::isnan(expected[0]));
      for (std::size_t e = 1; e < 4; ++e) CHECK(y[e] == expected[e]);
    }
}

TEST_CASE(
    "a scale has one number for each of the last dimension, also of what is neither image nor features") {
  struct Halves : Module {  // (features) -> (2, features / 2)
    Tensor forward(const Tensor& x) override { return reshape(x, {x.dim(0), 2, x.dim(1) / 2}); }
  };
  Random random(8);
  Sequential net;
  net.add(Flatten());
  net.add(Halves());
  net.add(ScaleShift(10, random));
  CHECK(error_of<float>(net, {4, 5, 1}, 3, false, random) < 1e-5);
}
