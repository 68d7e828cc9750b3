#include <voronet/core/kernels/packed.h>
#include <voronet/core/kernels/padded_image.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/core/random.h>

#include "support/near.h"
#include "support/plain.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// The windows with their zeros around, by the plain convolution.
template <class T>
Tensor expected(const kernels::Conv2dSizes& s, const kernels::PatchSizes& w, const Tensor& x,
                const Tensor& weight) {
  kernels::Conv2dSizes sizes = s;
  sizes.n = w.n;
  sizes.h = (w.out_h - 1) * s.stride + s.kh;
  sizes.w = (w.out_w - 1) * s.stride + s.kw;
  sizes.padding = 0;
  const Tensor padded({w.n, sizes.h, sizes.w, s.c}, dtype_of<T>),
      y({w.n, w.out_h, w.out_w, s.o}, dtype_of<T>);
  for (Index n = 0; n < w.n; ++n)
    kernels::copy_padded(x.data<T>() + n * w.h * w.w * s.c, w.h, w.w, s.c,
                         {-w.top, -w.left, sizes.h, sizes.w},
                         padded.mutable_data<T>() + n * sizes.h * sizes.w * s.c);
  kernels::reference::conv2d(sizes, padded.data<T>(), weight.data<T>(), y.mutable_data<T>());
  return y;
}

}  // namespace

TEST_CASE_TEMPLATE("windows are convolved as with zeros around them, in blocks and tiles, few and many", T,
                   float, double) {
  Random random(1);
  bool tiles = false;
  for (const auto& [c, o, kernel, stride] : std::vector<std::array<Index, 4>>{
           {1, 6, 5, 1}, {6, 16, 5, 1}, {3, 20, 3, 2}, {16, 32, 3, 1}, {20, 17, 3, 1}, {5, 9, 1, 2}}) {
    const kernels::Conv2dSizes s{
        .n = 1, .h = 20, .w = 20, .c = c, .o = o, .kh = kernel, .kw = kernel, .stride = stride, .padding = 1};
    const Tensor weight = uniform({o, c, kernel, kernel}, -1, 1, random, dtype_of<T>);
    const kernels::PatchConv2d<T> convolution(s, weight.data<T>());
    for (const Index n : {1, 3, 4, 19})
      for (const auto& [h, w, top, left, out_h, out_w] :
           std::vector<std::array<Index, 6>>{{1, 1, 2, 2, 3, 3},
                                             {5, 5, 2, 2, 7, 7},
                                             {7, 6, 1, 1, 7, 6},
                                             {6, 6, 0, 2, 3, 5},
                                             {3, 4, 4, -1, 2, 3}}) {
        const kernels::PatchSizes sizes{n, h, w, top, left, out_h, out_w};
        tiles |= convolution.takes_tiles(sizes);
        const Tensor x = uniform({n, h, w, c}, -1, 1, random, dtype_of<T>),
                     y({n, out_h, out_w, o}, dtype_of<T>);
        convolution(sizes, x.data<T>(), y.mutable_data<T>());
        CHECK(distance(y, expected<T>(s, sizes, x, weight)) < (dtype_of<T> == Dtype::f32 ? 1e-4 : 1e-12));
      }
  }
  CHECK(tiles != plain_build);
}
