#include <voronet/core/kernels/fast/winograd.h>

#include "support/convolutions.h"

using namespace voronet;
using namespace voronet::test;

namespace {

// Winograd's algorithm also where it would not be chosen.
template <class T>
void check_winograd(const Conv2dSizes& s, const Arrays& arrays, const References& expected) {
  const Tensor x = arrays.x.to(dtype_of<T>), weight = arrays.weight.to(dtype_of<T>),
               y = arrays.y.to(dtype_of<T>);
  const T *px = x.template data<T>(), *py = y.template data<T>();
  const kernels::Buffer<T> packed(kernels::winograd_packed_size<T>(s.c, s.o));
  kernels::winograd_pack<T>(s.c, s.o, {weight.template data<T>(), 3, 1, 9, s.c * 9}, packed.data());
  check_near<T>(
      result<T>(y.shape(), [&](T* out) { kernels::winograd_convolve<T>(s, px, packed.data(), {}, out); }),
      expected.y, rounding_bound<T>(s.c, winograd_size, winograd_roundings));
  const Index tiles = s.n * ((s.out_h() + 3) / 4) * ((s.out_w() + 3) / 4);
  check_near<T>(result<T>(weight.shape(), [&](T* out) { kernels::winograd_weight_gradient(s, px, py, out); }),
                expected.weight, rounding_bound<T>(tiles, winograd_gradient_size, winograd_roundings));
}

}  // namespace

TEST_CASE("Winograd's algorithm agrees with plain loops, also where it would not be chosen") {
  for (const Index c : {1, 3, 17, 66})
    for (const Index o : {1, 7, 33, 70})
      for (const Index n : {1, 2, 9})
        for (const auto& [h, w, padding] :
             std::vector<std::array<Index, 3>>{{7, 9, 0}, {7, 9, 2}, {9, 9, 1}, {1, 5, 1}, {3, 2, 4}}) {
          const Conv2dSizes s{n, h, w, c, o, 3, 3, 1, padding};
          const std::string sizes = describe(s);
          INFO(sizes);
          const Arrays arrays = random_arrays(s);
          const References expected = reference_of(s, arrays);
          check_winograd<float>(s, arrays, expected);
          check_winograd<double>(s, arrays, expected);
        }
}
