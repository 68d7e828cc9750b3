#include <voronet/core/operators/convolution.h>
#include <voronet/core/random.h>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// Every element of x times the kernel, added where the kernel lies.
std::vector<double> spread(const Tensor& x, const Tensor& weight, const ConvTranspose2dOptions& options,
                           const Shape& shape) {
  const Tensor y = zeros(shape, Dtype::f64);
  auto* sums = y.mutable_data<double>();
  for (Index n = 0; n < x.dim(0); ++n)
    for (Index i = 0; i < x.dim(1); ++i)
      for (Index j = 0; j < x.dim(2); ++j)
        for (Index c = 0; c < x.dim(3); ++c)
          for (Index o = 0; o < weight.dim(1); ++o)
            for (Index r = 0; r < weight.dim(2); ++r)
              for (Index q = 0; q < weight.dim(3); ++q) {
                const Index row = i * options.stride + r - options.padding,
                            column = j * options.stride + q - options.padding;
                if (row < 0 || row >= shape[1] || column < 0 || column >= shape[2]) continue;
                sums[((n * shape[1] + row) * shape[2] + column) * shape[3] + o] +=
                    x.at({n, i, j, c}) * weight.at({c, o, r, q});
              }
  return y.to_vector();
}

}  // namespace

TEST_CASE("a transposed convolution adds the kernel, times each element, where the kernel lies") {
  Random random(1);
  const Tensor x = uniform({2, 3, 4, 2}, -1, 1, random, Dtype::f64),
               weight = uniform({2, 3, 3, 2}, -1, 1, random, Dtype::f64);
  const std::vector<std::pair<ConvTranspose2dOptions, Shape>> cases = {
      {{}, {2, 5, 5, 3}},
      {{.padding = 1}, {2, 3, 3, 3}},
      {{.stride = 2}, {2, 7, 8, 3}},
      {{.stride = 3, .padding = 1, .output_padding = 2}, {2, 9, 11, 3}}};
  for (const auto& [options, shape] : cases) {
    const Tensor y = conv_transpose2d(x, weight, options);
    REQUIRE(y.shape() == shape);
    CHECK(distance(y.to_vector(), spread(x, weight, options, shape)) < 1e-13);
  }
}

TEST_CASE("transposed convolutions that are not possible are refused") {
  const Tensor x = ones({1, 2, 2, 3}), weight = ones({3, 1, 2, 2});
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, ones({1, 3, 2, 2})),
                       "conv_transpose2d: input (1, 2, 2, 3) (n x h x w x c) and weight (1, 3, 2, 2) (in x "
                       "out x kh x kw) do not fit",
                       Error);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, weight, {.output_padding = 1}),
                       "conv_transpose2d: stride 1, padding 0 and output padding 1 must be at least 1, at "
                       "least 0, and 0 to less than the stride",
                       Error);
  CHECK_THROWS_WITH_AS(conv_transpose2d(x, weight, {.padding = 2}),
                       "conv_transpose2d: input (1, 2, 2, 3) and weight (3, 1, 2, 2) with stride 1 and "
                       "padding 2 have no result",
                       Error);
  for (const Index huge : {Index{1} << 61, Index{1} << 62, (Index{1} << 62) - 1 + (Index{1} << 62)}) {
    CHECK_THROWS_AS(conv_transpose2d(x, weight, {.stride = huge}), Error);
    CHECK_THROWS_AS(conv_transpose2d(x, weight, {.padding = huge}), Error);
  }
  CHECK_THROWS_AS(conv_transpose2d(zeros({1, 0, 2, 3}), weight), Error);
}
