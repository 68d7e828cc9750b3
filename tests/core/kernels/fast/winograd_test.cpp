#include <voronet/core/kernels/fast/winograd.h>

#include "support/convolutions.h"
#include "support/sanitized.h"

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

TEST_CASE(
    "Winograd's algorithm agrees with plain loops over random sizes, also where it would not be chosen") {
  Random random(5);
  const auto between = [&](Index low, Index high) {
    return low + static_cast<Index>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  };
  for (int checked = 0; checked < (sanitized ? 100 : 700);) {
    const Conv2dSizes s{.n = between(1, 9),
                        .h = between(1, 14),
                        .w = between(1, 14),
                        .c = between(1, 40),
                        .o = between(1, 70),
                        .kh = 3,
                        .kw = 3,
                        .stride = 1,
                        .padding = between(0, 4)};
    if (3 > s.h + 2 * s.padding || 3 > s.w + 2 * s.padding ||
        s.n * s.out_h() * s.out_w() * s.o * s.c * 9 > 500'000)
      continue;
    const std::string sizes = describe(s);
    INFO(sizes);
    const Arrays arrays = random_arrays(s);
    const References expected = reference_of(s, arrays);
    check_winograd<float>(s, arrays, expected);
    check_winograd<double>(s, arrays, expected);
    ++checked;
  }
  const Conv2dSizes blocks{9, 9, 9, 66, 70,
                           3, 3, 1, 1};  // more tiles, and channels, than are taken at a time
  const Arrays arrays = random_arrays(blocks);
  const References expected = reference_of(blocks, arrays);
  check_winograd<float>(blocks, arrays, expected);
  check_winograd<double>(blocks, arrays, expected);
}
