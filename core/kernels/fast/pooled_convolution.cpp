#include <voronet/core/kernels/fast/direct_convolution.h>
#include <voronet/core/kernels/fast/few_channels_convolution.h>
#include <voronet/core/kernels/padded_image.h>
#include <voronet/core/kernels/pooling.h>

namespace voronet::kernels {

template <class T>
PooledConv2d<T>::PooledConv2d(const Conv2dSizes& sizes, Index window, const T* weight)
    : sizes_(sizes.of_images(1)), window_(window) {
  if (pools_at_once<T>(sizes_, window))
    at_once_ = std::make_shared<const FewChannelsConv2d<T>>(sizes_, weight);
  else
    general_.emplace(sizes_, weight);
}

template <class T>
void PooledConv2d<T>::operator()(Index n, const T* x, const Epilogue<T>& epilogue, T* y,
                                 std::int32_t* positions) const {
  const Pool2dSizes pool{
      .n = 1, .h = sizes_.out_h(), .w = sizes_.out_w(), .c = sizes_.o, .size = window_, .stride = window_};
  const Index in = sizes_.h * sizes_.w * sizes_.c, dense = pool.h * pool.w * pool.c,
              out = pool.out_h() * pool.out_w() * pool.c;
  parallel_for(n, grain_for(dense * sizes_.kh * sizes_.kw * sizes_.c), [&](Index begin, Index end) {
    const Buffer<T> scratch(at_once_ ? at_once_->scratch_size() : dense);
    for (Index image = begin; image < end; ++image) {
      const T* from = x + image * in;
      T* to = y + image * out;
      std::int32_t* at = positions == nullptr ? nullptr : positions + image * out;
      if (at_once_) {
        (*at_once_)(from, epilogue, scratch.data(), to, at);
      } else {
        (*general_)(1, from, epilogue, scratch.data());
        max_pool2d(pool, scratch.data(), to, at);
      }
    }
  });
}

// The input gradient.
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

template <class T>
void add_parts(const Conv2dSizes& s, const Found<T>* const* lists, T* x) {
  const ChannelBlocks run = run_of<T>(s);
  run.for_each([&](Index element, int vectors) {
    for_each_equal_piece(s.kh, sums_a_vector(vectors), [&](Index first, int rows, Index count) {
      with_constants<T>({run.lanes, vectors, rows}, [&](auto lanes, auto vectors_, auto rows_) {
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
      add_parts(s, lists.data(), image.data());
      for (Index i = 0; i < s.h; ++i)
        std::copy_n(image.data() + (i + s.padding) * row + s.padding * s.c, s.w * s.c,
                    x + (n * s.h + i) * s.w * s.c);
    }
  });
}

// The weight gradient.
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

template <class T>
void add_channel(const Conv2dSizes& s, const FoundGradients<T>& found, T* sum) {
  const ChannelBlocks run = run_of<T>(s);
  run.for_each([&](Index element, int vectors) {
    for_each_equal_piece(s.kh, sums_a_vector(vectors), [&](Index first, int rows, Index count) {
      with_constants<T>({run.lanes, vectors, rows}, [&](auto lanes, auto vectors_, auto rows_) {
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
          add_channel(s, found, sum + o * s.kh * row);
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

#define INSTANTIATE(T)                                                                                    \
  template class PooledConv2d<T>;                                                                         \
  template void pooled_input_gradient(const Conv2dSizes&, Index, const T*, const T*, const std::int32_t*, \
                                      const T*, T*);                                                      \
  template void pooled_weight_gradient(const Conv2dSizes&, Index, const T*, const T*, const std::int32_t*, T*)
INSTANTIATE(float);
INSTANTIATE(double);

}  // namespace voronet::kernels
