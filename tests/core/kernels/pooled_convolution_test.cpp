#include <voronet/core/kernels/pooled_convolution.h>
#include <voronet/core/kernels/pooling.h>
#include <voronet/core/random.h>
#include <voronet/core/tensor.h>
#include <voronet/core/text.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/plain.h"
#include <doctest/doctest.h>

using namespace voronet;
using kernels::Conv2dSizes;

namespace {

std::string describe(const Conv2dSizes& s, Index window) {
  return text("x ", Shape{s.n, s.h, s.w, s.c}, ", weight ", Shape{s.o, s.c, s.kh, s.kw}, ", stride ",
              s.stride, ", padding ", s.padding, ", windows of ", window);
}

// Compares with the convolution and then the pooling of kernels that other tests compare with plain loops.
// The bits are the same, for the products of a sum come in the same order.
template <class T>
void check(const Conv2dSizes& s, Index window, const kernels::Epilogue<T>& epilogue, Random& random) {
  CAPTURE(describe(s, window));
  const auto values = [&](const Shape& shape) { return uniform(shape, -1, 1, random, dtype_of<T>); };
  const Tensor x = values({s.n, s.h, s.w, s.c}), weight = values({s.o, s.c, s.kh, s.kw});
  const kernels::Pool2dSizes pool{
      .n = s.n, .h = s.out_h(), .w = s.out_w(), .c = s.o, .size = window, .stride = window};
  const Shape shape{s.n, pool.out_h(), pool.out_w(), s.o};

  const Tensor dense({s.n, pool.h, pool.w, s.o}, dtype_of<T>), expected(shape, dtype_of<T>);
  kernels::PackedConv2d<T>(s, weight.data<T>())(s.n, x.data<T>(), epilogue, dense.mutable_data<T>());
  std::vector<std::int32_t> expected_at(static_cast<std::size_t>(shape.size()));
  kernels::max_pool2d<T>(pool, dense.data<T>(), expected.mutable_data<T>(), expected_at.data());

  const kernels::PooledConv2d<T> pooled(s, window, weight.data<T>());
  const Tensor y = full(shape, std::numeric_limits<double>::quiet_NaN(), dtype_of<T>);
  std::vector<std::int32_t> at(expected_at.size(), -1);
  pooled(s.n, x.data<T>(), epilogue, y.mutable_data<T>(), at.data());
  CHECK(y.to_vector() == expected.to_vector());
  if (!epilogue.relu) CHECK(at == expected_at);

  const Tensor alone = full(shape, std::numeric_limits<double>::quiet_NaN(), dtype_of<T>);
  pooled(s.n, x.data<T>(), epilogue, alone.mutable_data<T>(), nullptr);
  CHECK(alone.to_vector() == expected.to_vector());
}

// A gradient of a pooled output, found at random pixels of the windows, and the dense output's gradient that
// it stands for.
struct PooledGradient {
  PooledGradient(const Conv2dSizes& s, Index window, Dtype dtype, Random& random)
      : pixels((s.out_h() / window) * (s.out_w() / window)),
        y(uniform({s.n, pixels, s.o}, -1, 1, random, dtype)),
        dense(static_cast<std::size_t>(s.n * s.out_h() * s.out_w() * s.o)) {
    const Index columns = s.out_w() / window;
    for (Index i = 0; i < y.size(); ++i) {
      const Index o = i % s.o, pixel = i / s.o % pixels, row = pixel / columns, column = pixel % columns,
                  within = static_cast<Index>(random.below(static_cast<std::uint64_t>(window * window)));
      const Index at =
          ((row * window + within / window) * s.out_w() + column * window + within % window) * s.o + o;
      positions.push_back(static_cast<std::int32_t>(at));
      dense[static_cast<std::size_t>(i / (pixels * s.o) * s.out_h() * s.out_w() * s.o + at)] = y.at(i);
    }
  }

  Index pixels;
  Tensor y;
  std::vector<std::int32_t> positions;
  std::vector<double> dense;
};

template <class T>
void check_near(const Tensor& result, const Tensor& expected, Index terms) {
  const double bound =
      static_cast<double>(terms * (terms + 2)) * static_cast<double>(std::numeric_limits<T>::epsilon());
  for (Index i = 0; i < result.size(); ++i) CHECK(std::abs(result.at(i) - expected.at(i)) <= bound);
}

// Compare with plain loops over the dense gradient.
template <class T>
void check_weight_gradient(const Conv2dSizes& s, Index window, Random& random) {
  CAPTURE(describe(s, window));
  const Tensor x = uniform({s.n, s.h, s.w, s.c}, -1, 1, random, dtype_of<T>);
  const PooledGradient found(s, window, dtype_of<T>, random);
  const Shape shape{s.o, s.c, s.kh, s.kw};
  const Tensor expected(shape, Dtype::f64);
  kernels::reference::conv2d_weight_gradient(s, x.to(Dtype::f64).data<double>(), found.dense.data(),
                                             expected.mutable_data<double>());
  const Tensor weight = full(shape, std::numeric_limits<double>::quiet_NaN(), dtype_of<T>);
  kernels::pooled_weight_gradient(s, found.pixels, x.data<T>(), found.y.data<T>(), found.positions.data(),
                                  weight.mutable_data<T>());
  check_near<T>(weight, expected, s.n * found.pixels);
}

template <class T>
void check_input_gradient(const Conv2dSizes& s, Index window, bool relu, Random& random) {
  CAPTURE(describe(s, window));
  CAPTURE(relu);
  const Tensor weight = uniform({s.o, s.c, s.kh, s.kw}, -1, 1, random, dtype_of<T>);
  PooledGradient found(s, window, dtype_of<T>, random);
  const Tensor output = full(found.y.shape(), 1, dtype_of<T>);
  const Index out_size = s.out_h() * s.out_w() * s.o;
  if (relu)  // what it cuts off counts for nothing, not even as a NaN
    for (Index i = 0; i < output.size(); ++i) {
      if (random.below(2) == 0) continue;
      output.mutable_data<T>()[i] = T(0);
      found.y.mutable_data<T>()[i] = std::numeric_limits<T>::quiet_NaN();
      found.dense[static_cast<std::size_t>(i / (found.pixels * s.o) * out_size +
                                           found.positions[static_cast<std::size_t>(i)])] = 0;
    }
  const Shape shape{s.n, s.h, s.w, s.c};
  const Tensor expected(shape, Dtype::f64);
  kernels::reference::conv2d_input_gradient(s, found.dense.data(), weight.to(Dtype::f64).data<double>(),
                                            expected.mutable_data<double>());
  const Tensor x = full(shape, std::numeric_limits<double>::quiet_NaN(), dtype_of<T>);
  kernels::pooled_input_gradient(s, found.pixels, found.y.data<T>(), relu ? output.data<T>() : nullptr,
                                 found.positions.data(), weight.data<T>(), x.mutable_data<T>());
  check_near<T>(x, expected, s.o * s.kh * s.kw);
}

template <class T>
void check_random_sizes() {
  Random random(5);
  const auto below = [&](Index n) { return static_cast<Index>(random.below(static_cast<std::uint64_t>(n))); };
  Index narrow = 0;
  for (int i = 0; i < 300; ++i) {
    const Index window = 1 + below(3), kernel_h = 1 + below(5), kernel_w = 1 + below(5), padding = below(3);
    Conv2dSizes s{.n = 1 + below(4),
                  .h = kernel_h + window + below(24),
                  .w = kernel_w + window + below(40),
                  .c = 1 + below(4),
                  .o = 1 + below(10),
                  .kh = kernel_h,
                  .kw = kernel_w,
                  .stride = 1,
                  .padding = padding};
    narrow += kernels::pools_at_once<T>(s, window);
    const std::vector<T> bias(static_cast<std::size_t>(s.o), T(0.25));
    check<T>(s, window, {.bias = i % 2 ? bias.data() : nullptr, .relu = i % 3 == 0}, random);
    s.stride = 1 + below(2);
    if (window > std::min(s.out_h(), s.out_w())) continue;
    check_weight_gradient<T>(s, window, random);
    check_input_gradient<T>(s, window, i % 2 == 0, random);
  }
  CHECK((narrow > 40) != test::plain_build);
}

}  // namespace

TEST_CASE("a pooled convolution is the convolution and its pooling, bit by bit, its gradients near") {
  check_random_sizes<float>();
  check_random_sizes<double>();
}

TEST_CASE("of equal values in a window the first is found, row by row") {
  // One row of taps that copy the image into each channel.
  const std::vector<float> x(16 * 16, 1.f), weight(3, 1.f);
  const Conv2dSizes s{.n = 1, .h = 16, .w = 16, .c = 1, .o = 3, .kh = 1, .kw = 1, .stride = 1, .padding = 0};
  REQUIRE(kernels::pools_at_once<float>(s, 2) != test::plain_build);
  std::vector<float> y(8 * 8 * 3);
  std::vector<std::int32_t> at(y.size());
  const kernels::PooledConv2d<float> pooled(s, 2, weight.data());
  pooled(1, x.data(), {}, y.data(), at.data());
  for (Index i = 0; i < 8; ++i)
    for (Index j = 0; j < 8; ++j)
      for (Index c = 0; c < 3; ++c)
        CHECK(at[static_cast<std::size_t>((i * 8 + j) * 3 + c)] == (2 * i * 16 + 2 * j) * 3 + c);

  std::vector<float> later =
      x;  // the largest below left is found before one above right only if it is larger
  later[16] = 2.f;
  later[1] = 2.f;
  pooled(1, later.data(), {}, y.data(), at.data());
  CHECK(at[0] == 1 * 3);
}

TEST_CASE("a NaN is the largest of its window") {
  std::vector<float> x(16 * 16, 1.f);
  const std::vector<float> weight(3, 1.f);
  const Conv2dSizes s{.n = 1, .h = 16, .w = 16, .c = 1, .o = 3, .kh = 1, .kw = 1, .stride = 1, .padding = 0};
  const kernels::PooledConv2d<float> pooled(s, 2, weight.data());
  for (const std::size_t pixel : {0, 1, 16, 17}) {
    std::vector<float> with_nan = x;
    with_nan[pixel] = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> y(8 * 8 * 3);
    pooled(1, with_nan.data(), {.relu = true}, y.data(), nullptr);
    CHECK(std::isnan(y[0]));
    CHECK(y[3] == 1.f);
  }
}

TEST_CASE("an infinite gradient behind a pooled convolution reaches the pixels of its window and no others") {
  const Conv2dSizes s{.n = 1, .h = 6, .w = 9, .c = 2, .o = 1, .kh = 3, .kw = 3, .stride = 1, .padding = 0};
  const std::vector<float> weight(18, 1.f),
      y{1.f, 1.f, std::numeric_limits<float>::infinity(), 1.f, 1.f, 1.f};
  const std::vector<std::int32_t> positions{0, 2, 4, 14, 16, 18};
  std::vector<float> x(6 * 9 * 2);
  kernels::pooled_input_gradient(s, 6, y.data(), static_cast<const float*>(nullptr), positions.data(),
                                 weight.data(), x.data());
  for (Index i = 0; i < 6; ++i)
    for (Index j = 0; j < 9; ++j)
      for (Index c = 0; c < 2; ++c)
        CHECK(std::isfinite(x[static_cast<std::size_t>((i * 9 + j) * 2 + c)]) == !(i < 3 && j >= 4 && j < 7));
}
