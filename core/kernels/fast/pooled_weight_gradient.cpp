#include <voronet/core/kernels/fast/direct_convolution.h>
#include <voronet/core/kernels/padded_image.h>
#include <voronet/core/kernels/pooled_convolution.h>

namespace voronet::kernels {
namespace {

// One output channel of an image, and where each of its gradients meets the image.
template <class T>
struct FoundGradients {
  const T* x;  // the padded image, readable a vector beyond its end
  Index x_row;
  const T* y;
  const std::int32_t* positions;
  const Index* first_tap;  // in the padded image, by position in the output
  Index pooled, o;         // gradients, and elements from one to the next
};

// sum (rows, run) += the products with rows of the window, from this row and element of the run on
template <class V, int vectors, int rows, class T>
__attribute__((noinline)) void add_products(const FoundGradients<T>& found, Index row, Index element, T* sum,
                                            Index sum_row) {
  constexpr Index lanes = sizeof(V) / sizeof(T);
  V total[rows][vectors];
  for (int u = 0; u < rows; ++u)
    for (int k = 0; k < vectors; ++k) load(total[u][k], sum + u * sum_row + k * lanes);
  const T* x = found.x + row * found.x_row + element;
  for (Index i = 0; i < found.pooled * found.o; i += found.o) {
    const T* from = x + found.first_tap[found.positions[i]];
    for (int u = 0; u < rows; ++u)
      for (int k = 0; k < vectors; ++k) {
        V taps;
        load(taps, from + u * found.x_row + k * lanes);
        total[u][k] += taps * found.y[i];
      }
  }
  for (int u = 0; u < rows; ++u)
    for (int k = 0; k < vectors; ++k) store(total[u][k], sum + u * sum_row + k * lanes);
}

template <class T, int lanes>
void add_channel(const Conv2dSizes& s, const FoundGradients<T>& found, T* sum) {
  const ChannelBlocks run = run_of<T>(s);
  run.for_each([&](Index element, int vectors) {
    for_each_equal_piece(s.kh, sums_a_vector(vectors), [&](Index first, int rows, Index count) {
      with_constants(vectors, rows, [&](auto vectors_, auto rows_) {
        for (Index piece = 0; piece < count; ++piece) {
          const Index row = first + piece * rows;
          add_products<typename Vector<T, lanes>::type, vectors_, rows_, T>(
              found, row, element, sum + row * run.padded() + element, run.padded());
        }
      });
    });
  });
}

// Where the window of each output element starts in the padded image.
void fill_first_taps(const Conv2dSizes& s, Index* first) {
  for (Index i = 0; i < s.out_h(); ++i)
    for (Index j = 0; j < s.out_w(); ++j)
      first = std::fill_n(first, s.o, (i * (s.w + 2 * s.padding) + j) * s.stride * s.c);
}

}  // namespace

template <class T>
void pooled_weight_gradient(const Conv2dSizes& s, Index pooled, const T* x, const T* y,
                            const std::int32_t* positions, T* weight) {
  // Groups of images sum into arrays of their own, which are added up in order.
  const Index groups = std::clamp<Index>(s.n, 1, 16);
  const Index height = s.h + 2 * s.padding, width = s.w + 2 * s.padding, row = run_of<T>(s).padded(),
              size = s.o * s.kh * row;
  const Buffer<Index> first_tap(s.out_h() * s.out_w() * s.o);
  fill_first_taps(s, first_tap.data());
  const Buffer<T> sums(groups * size);
  parallel_for(groups, 1, [&](Index begin, Index end) {
    const Buffer<T> image(height * width * s.c + row);
    std::fill_n(image.data() + height * width * s.c, row, T(0));
    for (Index group = begin; group < end; ++group) {
      T* sum = sums.data() + group * size;
      std::fill_n(sum, size, T(0));
      for (Index n = s.n * group / groups; n < s.n * (group + 1) / groups; ++n) {
        copy_padded(x + n * s.h * s.w * s.c, s.h, s.w, s.c, {-s.padding, -s.padding, height, width},
                    image.data());
        for (Index o = 0; o < s.o; ++o) {
          const Index at = n * pooled * s.o + o;
          const FoundGradients<T> found{image.data(),     width * s.c, y + at, positions + at,
                                        first_tap.data(), pooled,      s.o};
          if (run_of<T>(s).lanes == native_lanes<T>)
            add_channel<T, native_lanes<T>>(s, found, sum + o * s.kh * row);
          else
            add_channel<T, half_lanes<T>>(s, found, sum + o * s.kh * row);
        }
      }
    }
  });
  T* const total = sums.data();
  for (Index group = 1; group < groups; ++group) {
    const T* __restrict sum = sums.data() + group * size;
    for (Index i = 0; i < size; ++i) total[i] += sum[i];
  }
  for (Index o = 0; o < s.o; ++o)
    for (Index c = 0; c < s.c; ++c)
      for (Index u = 0; u < s.kh; ++u)
        for (Index v = 0; v < s.kw; ++v) *weight++ = total[(o * s.kh + u) * row + v * s.c + c];
}

template void pooled_weight_gradient(const Conv2dSizes&, Index, const float*, const float*,
                                     const std::int32_t*, float*);
template void pooled_weight_gradient(const Conv2dSizes&, Index, const double*, const double*,
                                     const std::int32_t*, double*);

}  // namespace voronet::kernels
