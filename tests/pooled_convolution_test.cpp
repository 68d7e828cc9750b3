#include <voronet/core/kernels/pooled_convolution.h>
#include <voronet/core/kernels/pooled_weight_gradient.h>
#include <voronet/core/random.h>
#include <voronet/core/tensor.h>
#include <voronet/core/text.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

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
  kernels::conv2d<T>(s, x.data<T>(), weight.data<T>(), epilogue, dense.mutable_data<T>());
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

// Compares with plain loops over the dense gradient.
template <class T>
void check_weight_gradient(const Conv2dSizes& s, Index window, Random& random) {
  CAPTURE(describe(s, window));
  const Shape pooled{s.n, s.out_h() / window, s.out_w() / window, s.o};
  const Tensor x = uniform({s.n, s.h, s.w, s.c}, -1, 1, random, dtype_of<T>),
               y = uniform(pooled, -1, 1, random, dtype_of<T>);
  std::vector<std::int32_t> positions;
  std::vector<double> dense(static_cast<std::size_t>(s.n * s.out_h() * s.out_w() * s.o));
  for (Index i = 0; i < y.size(); ++i) {
    const Index o = i % s.o, column = i / s.o % pooled[2], row = i / s.o / pooled[2] % pooled[1],
                within = static_cast<Index>(random.below(static_cast<std::uint64_t>(window * window)));
    const Index at =
        ((row * window + within / window) * s.out_w() + column * window + within % window) * s.o + o;
    positions.push_back(static_cast<std::int32_t>(at));
    dense[static_cast<std::size_t>(i / pooled.without(0).size() * s.out_h() * s.out_w() * s.o + at)] =
        y.at(i);
  }
  const Shape shape{s.o, s.c, s.kh, s.kw};
  const Tensor expected(shape, Dtype::f64);
  kernels::reference::conv2d_weight_gradient(s, x.to(Dtype::f64).data<double>(), dense.data(),
                                             expected.mutable_data<double>());
  const Tensor weight = full(shape, std::numeric_limits<double>::quiet_NaN(), dtype_of<T>);
  kernels::pooled_weight_gradient(s, pooled[1] * pooled[2], x.data<T>(), y.data<T>(), positions.data(),
                                  weight.mutable_data<T>());
  const auto terms = static_cast<double>(s.n * pooled[1] * pooled[2]);
  const double bound = terms * (terms + 2) * static_cast<double>(std::numeric_limits<T>::epsilon());
  for (Index i = 0; i < weight.size(); ++i) CHECK(std::abs(weight.at(i) - expected.at(i)) <= bound);
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
    narrow += kernels::narrow_can<T>(s, window);
    const std::vector<T> bias(static_cast<std::size_t>(s.o), T(0.25));
    check<T>(s, window, {.bias = i % 2 ? bias.data() : nullptr, .relu = i % 3 == 0}, random);
    s.stride = 1 + below(2);
    if (window <= std::min(s.out_h(), s.out_w())) check_weight_gradient<T>(s, window, random);
  }
  CHECK(narrow > 40);
}

}  // namespace

TEST_CASE("a pooled convolution is the convolution and its pooling, bit by bit, its weight gradient near") {
  check_random_sizes<float>();
  check_random_sizes<double>();
}

TEST_CASE("of equal values in a window the first is found, row by row") {
  // One row of taps that copy the image into each channel.
  const std::vector<float> x(16 * 16, 1.f), weight(3, 1.f);
  const Conv2dSizes s{.n = 1, .h = 16, .w = 16, .c = 1, .o = 3, .kh = 1, .kw = 1, .stride = 1, .padding = 0};
  REQUIRE(kernels::narrow_can<float>(s, 2));
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
