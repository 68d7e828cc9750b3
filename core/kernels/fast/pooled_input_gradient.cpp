#include <voronet/core/kernels/fast/direct_convolution.h>
#include <voronet/core/kernels/pooled_convolution.h>

namespace voronet::kernels {
namespace {

// A gradient, and the next one that was found at the same pixel.
template <class T>
struct Found {
  T gradient;
  const T* weight;  // of its channel
  const Found* next;
};

// (o, kh, run of taps, padded)
template <class T>
void pack(const Conv2dSizes& s, const T* weight, T* packed) {
  const Index row = run_of<T>(s).padded();
  for (Index o = 0; o < s.o; ++o)
    for (Index u = 0; u < s.kh; ++u)
      for (Index t = 0; t < row; ++t) {
        const Index v = t / s.c, c = t % s.c;
        *packed++ = v < s.kw ? weight[((o * s.c + c) * s.kh + u) * s.kw + v] : T(0);
      }
}

// The pixel of each element of an image's dense output.
void fill_pixels(const Conv2dSizes& s, std::int32_t* pixels) {
  for (Index pixel = 0; pixel < s.out_h() * s.out_w(); ++pixel)
    pixels = std::fill_n(pixels, s.o, static_cast<std::int32_t>(pixel));
}

// The lists of one image's gradients, by pixel; behind them the list of those that ReLU cuts off.
template <class T>
void list_by_pixel(const Conv2dSizes& s, Index pooled, const T* y, const T* output,
                   const std::int32_t* positions, const std::int32_t* pixels, const T* packed,
                   Found<T>* found, const Found<T>** lists) {
  const Index dense = s.out_h() * s.out_w(), size = s.kh * run_of<T>(s).padded();
  std::fill_n(lists, dense + 1, nullptr);
  for (Index p = 0; p < pooled; ++p)
    for (Index o = 0; o < s.o; ++o, ++y, ++positions, ++found) {
      const Index pixel = output != nullptr && *output++ == 0 ? dense : pixels[*positions];
      *found = {*y, packed + o * size, lists[pixel]};
      lists[pixel] = found;
    }
}

// Part of a window: rows from `row` on, elements of the run from `element` on.
struct Part {
  Index row, element;
};

// x, the padded image, += what the gradients send to this part of their windows
template <class V, int vectors, int rows, class T>
__attribute__((noinline)) void add_part(const Conv2dSizes& s, Part part, const Found<T>* const* lists, T* x) {
  constexpr Index lanes = sizeof(V) / sizeof(T);
  const Index x_row = (s.w + 2 * s.padding) * s.c, run = s.kw * s.c, weight_row = run_of<T>(s).padded();
  V exists[vectors];  // lanes past the run are not added: there, a gradient that is infinite would make a NaN
  for (int k = 0; k < vectors; ++k)
    for (Index lane = 0; lane < lanes; ++lane) exists[k][lane] = part.element + k * lanes + lane < run;
  for (Index i = 0; i < s.out_h(); ++i)
    for (Index j = 0; j < s.out_w(); ++j) {
      const Found<T>* found = *lists++;
      if (found == nullptr) continue;
      V sum[rows][vectors] = {};
      for (; found != nullptr; found = found->next) {
        const T* weight = found->weight + part.row * weight_row + part.element;
        for (int u = 0; u < rows; ++u)
          for (int k = 0; k < vectors; ++k) {
            V w;
            load(w, weight + u * weight_row + k * lanes);
            sum[u][k] += w * found->gradient;
          }
      }
      T* to = x + (i * s.stride + part.row) * x_row + j * s.stride * s.c + part.element;
      for (int u = 0; u < rows; ++u, to += x_row)
        for (int k = 0; k < vectors; ++k) {
          V before;
          load(before, to + k * lanes);
          store(before + (exists[k] != 0 ? sum[u][k] : V{}), to + k * lanes);
        }
    }
}

template <class T, int lanes>
void add_parts(const Conv2dSizes& s, const Found<T>* const* lists, T* x) {
  run_of<T>(s).for_each([&](Index element, int vectors) {
    for_each_equal_piece(s.kh, sums_a_vector(vectors), [&](Index first, int rows, Index count) {
      with_constants(vectors, rows, [&](auto vectors_, auto rows_) {
        for (Index piece = 0; piece < count; ++piece)
          add_part<typename Vector<T, lanes>::type, vectors_, rows_, T>(s, {first + piece * rows, element},
                                                                        lists, x);
      });
    });
  });
}

}  // namespace

template <class T>
void pooled_input_gradient(const Conv2dSizes& s, Index pooled, const T* y, const T* output,
                           const std::int32_t* positions, const T* weight, T* x) {
  const ChannelBlocks run = run_of<T>(s);
  const Index height = s.h + 2 * s.padding, row = (s.w + 2 * s.padding) * s.c, gradients = pooled * s.o,
              dense = s.out_h() * s.out_w();
  const Buffer<T> packed(s.o * s.kh * run.padded());
  pack(s, weight, packed.data());
  const Buffer<std::int32_t> pixels(dense * s.o);
  fill_pixels(s, pixels.data());
  parallel_for(s.n, grain_for(gradients * s.kh * run.padded()), [&](Index begin, Index end) {
    const Buffer<Found<T>> found(gradients);
    const Buffer<const Found<T>*> lists(dense + 1);
    const Buffer<T> image(height * row + run.padded());  // whole vectors are written past the last pixel
    for (Index n = begin; n < end; ++n) {
      const Index first = n * gradients;
      list_by_pixel(s, pooled, y + first, output == nullptr ? nullptr : output + first, positions + first,
                    pixels.data(), packed.data(), found.data(), lists.data());
      std::fill_n(image.data(), height * row + run.padded(), T(0));
      if (run.lanes == native_lanes<T>)
        add_parts<T, native_lanes<T>>(s, lists.data(), image.data());
      else
        add_parts<T, half_lanes<T>>(s, lists.data(), image.data());
      for (Index i = 0; i < s.h; ++i)
        std::copy_n(image.data() + (i + s.padding) * row + s.padding * s.c, s.w * s.c,
                    x + (n * s.h + i) * s.w * s.c);
    }
  });
}

template void pooled_input_gradient(const Conv2dSizes&, Index, const float*, const float*,
                                    const std::int32_t*, const float*, float*);
template void pooled_input_gradient(const Conv2dSizes&, Index, const double*, const double*,
                                    const std::int32_t*, const double*, double*);

}  // namespace voronet::kernels
