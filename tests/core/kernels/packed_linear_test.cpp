#include <voronet/core/kernels/packed.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/matmul.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/core/random.h>

#include "support/near.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

template <class T>
Tensor run(const kernels::PackedLinear<T>& layer, const Tensor& x, Index out, const Tensor& bias = {},
           const Tensor& residual = {}, bool relu = false) {
  const Tensor y({x.dim(0), out}, x.dtype());
  layer(x.dim(0), x.data<T>(),
        {bias.defined() ? bias.data<T>() : nullptr, residual.defined() ? residual.data<T>() : nullptr, relu},
        y.mutable_data<T>());
  return y;
}

}  // namespace

TEST_CASE_TEMPLATE("a packed linear layer is a matrix product with bias, residual and ReLU, of odd sizes", T,
                   float, double) {
  Random random(1);
  for (const auto& [n, in, out] : std::vector<std::array<Index, 3>>{
           {1, 1, 1}, {3, 7, 5}, {70, 33, 10}, {9, 120, 84}, {2, 5, 130}, {200, 256, 65}, {0, 4, 4}}) {
    const auto any = [&](const Shape& shape) { return uniform(shape, -1, 1, random, dtype_of<T>); };
    const Tensor x = any({n, in}), weight = any({out, in}), bias = any({out}), residual = any({n, out});
    const kernels::PackedLinear<T> layer(in, out, weight.data<T>());
    const Tensor product = matmul(x, weight, {.b = true});
    const double bound = (dtype_of<T> == Dtype::f32 ? 1e-7 : 1e-16) * (10 + static_cast<double>(in));
    CHECK(distance(run(layer, x, out), product) < bound);
    CHECK(distance(run(layer, x, out, bias, residual, true), relu(product + bias + residual)) < bound);
  }
}

TEST_CASE("each row of a packed linear layer has the same bits alone, in any batch and for any threads") {
  Random random(2);
  const Index n = 150, in = 400, out = 70;
  const Tensor x = uniform({n, in}, -1, 1, random), weight = uniform({out, in}, -1, 1, random);
  const kernels::PackedLinear<float> layer(in, out, weight.data<float>());
  const auto all = with_threads(1, [&] { return run(layer, x, out); });
  CHECK(with_threads(3, [&] { return run(layer, x, out).to_vector(); }) == all.to_vector());
  for (const Index rows : {1, 2, 7, 64})
    for (Index first = 0; first + rows <= n; first += 29)
      CHECK(run(layer, slice(x, 0, first, first + rows), out).to_vector() ==
            slice(all, 0, first, first + rows).to_vector());
}

TEST_CASE_TEMPLATE("a packed linear layer takes a window of an image alone, as if the rest were 0", T, float,
                   double) {
  Random random(4);
  constexpr Index h = 5, w = 7, c = 3, n = 11, out = 21;
  const Tensor weight = uniform({out, h * w * c}, -1, 1, random, dtype_of<T>);
  const kernels::PackedLinear<T> layer(h * w * c, out, weight.data<T>());
  for (const auto& [top, left, height, width] :
       std::vector<std::array<Index, 4>>{{0, 0, 5, 7}, {1, 2, 3, 4}, {4, 6, 1, 1}, {0, 3, 2, 0}}) {
    const Tensor window = uniform({n, height, width, c}, -1, 1, random, dtype_of<T>);
    const Tensor x = zeros({n, h * w * c}, dtype_of<T>), y({n, out}, dtype_of<T>);
    for (Index i = 0; i < n * height; ++i)
      std::copy_n(window.data<T>() + i * width * c, width * c,
                  x.mutable_data<T>() + ((i / height * h + top + i % height) * w + left) * c);
    layer.run({.first = (top * w + left) * c, .runs = height, .run = width * c, .next = w * c}, n,
              window.data<T>(), {}, y.mutable_data<T>());
    CHECK(distance(y, run(layer, x, out)) == 0);
  }
}
