#include <voronet/core/kernels/batch_norm.h>
#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/elementwise.h>
#include <voronet/core/kernels/reduce.h>

#include <algorithm>
#include <type_traits>
#include <vector>

namespace voronet::kernels {
namespace {

// Where channels are few, several rows are one run, so that inner loops are long enough for vectors.
Index run_length(Index channels) {
  constexpr Index shortest = 64;
  return channels * std::max<Index>(1, shortest / std::max<Index>(channels, 1));
}

// Values of the channels, repeated for all rows of a run.
template <class T>
std::vector<T> repeated(const T* values, Index channels) {
  std::vector<T> run(run_length(channels));
  for (auto row = run.begin(); row != run.end(); row += channels) std::copy_n(values, channels, row);
  return run;
}

// The reverse, for sums: those of a run's rows, added up channel by channel. Overwrites `sums`.
template <class T>
void fold(const std::vector<T>& run, Index channels, double* sums) {
  std::fill_n(sums, channels, 0.0);
  for (auto row = run.begin(); row != run.end(); row += channels)
    for (Index c = 0; c < channels; ++c) sums[c] += row[c];
}

// Calls f(first element, count) for each run of rows begin..end-1.
template <class F>
void for_each_run(Index channels, Index begin, Index end, const F& f) {
  const Index length = run_length(channels), last = end * channels;
  for (Index first = begin * channels; first < last; first += length)
    f(first, std::min(length, last - first));
}

// The same for all rows, in parallel.
template <class F>
void for_each_run(ChannelRows s, const F& f) {
  const Index rows_a_run = run_length(s.channels) / s.channels;
  const Index runs_a_piece = 1 + elements_a_piece / run_length(s.channels);
  parallel_for(s.rows, rows_a_run * runs_a_piece,
               [&](Index begin, Index end) { for_each_run(s.channels, begin, end, f); });
}

// How rows are cut into chunks for sums: short enough to stay in cache for a second look and to be summed in
// single precision; long enough that what comes after each chunk does not count.
struct Chunks {
  explicit Chunks(ChannelRows s)
      : rows(s.rows),
        channels(s.channels),
        length(std::max<Index>(32, (Index{1} << 14) / std::max<Index>(channels, 1))),
        count(divide_up(rows, length)) {}

  // Calls f(chunk, first row, row after the last), in parallel.
  template <class F>
  void for_each(const F& f) const {
    parallel_for(count, 4, [&](Index begin, Index end) {
      for (Index c = begin; c < end; ++c) f(c, c * length, std::min(rows, (c + 1) * length));
    });
  }

  // For each channel of each chunk.
  Buffer<double> values() const { return Buffer<double>(count * channels); }
  // Their sums over all chunks, in order.
  std::vector<double> total(const Buffer<double>& values) const {
    std::vector<double> sums(channels);
    add_rows(values.data(), 0, count, channels, sums.data());
    return sums;
  }

  Index rows, channels, length, count;
};

// Calls f with the flag as a compile-time constant.
template <class F>
void with_flag(bool flag, const F& f) {
  flag ? f(std::true_type()) : f(std::false_type());
}

// Rows begin..end-1: the sums of each channel, and of the squared deviations from the rows' own mean.
template <class T>
void chunk_moments(Index channels, Index begin, Index end, const T* x, double* sums, double* squares) {
  std::vector<T> sum(run_length(channels));
  for_each_run(channels, begin, end, [&, s = sum.data()](Index first, Index count) {
    for (Index i = 0; i < count; ++i) s[i] += x[first + i];
  });
  fold(sum, channels, sums);
  const auto rows = static_cast<double>(end - begin);
  std::vector<T> rough(channels);  // single precision will do for the deviations
  for (Index c = 0; c < channels; ++c) rough[c] = static_cast<T>(sums[c] / rows);

  const std::vector<T> around = repeated(rough.data(), channels);
  std::vector<T> deviation(around.size()), square(around.size());
  for_each_run(channels, begin, end,
               [&, m = around.data(), d = deviation.data(), q = square.data()](Index first, Index count) {
                 T* __restrict sum_d = d, * __restrict sum_q = q;
                 for (Index i = 0; i < count; ++i) {
                   const T v = x[first + i] - m[i];
                   sum_d[i] += v;
                   sum_q[i] += v * v;
                 }
               });
  std::vector<double> off(channels);  // what rounding left of the deviations' sum
  fold(deviation, channels, off.data());
  fold(square, channels, squares);
  for (Index c = 0; c < channels; ++c) {
    const double left = off[c];
    sums[c] = static_cast<double>(rough[c]) * rows + left;
    squares[c] = std::max(0.0, squares[c] - left * left / rows);
  }
}

}  // namespace

template <class T>
void channel_statistics(ChannelRows s, const T* x, T* mean, T* variance) {
  const Chunks chunks(s);
  const Buffer<double> sums = chunks.values(), squares = chunks.values();
  chunks.for_each([&](Index chunk, Index begin, Index end) {
    chunk_moments(s.channels, begin, end, x, sums.data() + chunk * s.channels,
                  squares.data() + chunk * s.channels);
  });
  std::vector<double> means = chunks.total(sums);
  for (double& m : means) m /= static_cast<double>(s.rows);
  // From the squares around a chunk's mean to those around the mean of all.
  for (Index chunk = 0; chunk < chunks.count; ++chunk) {
    const auto rows = static_cast<double>(std::min(chunks.length, s.rows - chunk * chunks.length));
    for (Index c = 0; c < s.channels; ++c) {
      const Index i = chunk * s.channels + c;
      const double apart = sums[i] / rows - means[c];
      squares[i] += rows * apart * apart;
    }
  }
  const std::vector<double> all_squares = chunks.total(squares);
  for (Index c = 0; c < s.channels; ++c) {
    mean[c] = static_cast<T>(means[c]);
    variance[c] = static_cast<T>(all_squares[c] / static_cast<double>(s.rows));
  }
}

template <class T>
void batch_norm(ChannelRows s, const T* x, const T* mean, const T* scale, const T* shift, const T* residual,
                bool relu, T* y) {
  if (s.rows * s.channels == 0) return;
  const std::vector<T> means = repeated(mean, s.channels), scales = repeated(scale, s.channels),
                       shifts = repeated(shift, s.channels);
  with_flag(residual != nullptr, [&](auto adds) {
    with_flag(relu, [&](auto cuts) {
      for_each_run(s, [=, m = means.data(), a = scales.data(), b = shifts.data()](Index first, Index count) {
        T* __restrict to = y + first;
        for (Index i = 0; i < count; ++i) {
          T v = (x[first + i] - m[i]) * a[i] + b[i];
          if constexpr (adds) v += residual[first + i];
          if constexpr (cuts) v = v <= 0 ? T(0) : v;
          to[i] = v;
        }
      });
    });
  });
}

template <class T>
void batch_norm_sums(ChannelRows s, const T* g, const T* y, const T* x, const T* mean, T* sum_g, T* sum_g_x) {
  if (s.channels == 0) return;
  const Chunks chunks(s);
  const Buffer<double> sums = chunks.values(), products = chunks.values();
  const std::vector<T> means = repeated(mean, s.channels);
  with_flag(y != nullptr, [&](auto masked) {
    chunks.for_each([&](Index chunk, Index begin, Index end) {
      std::vector<T> sum(means.size()), product(means.size());
      for_each_run(s.channels, begin, end,
                   [=, m = means.data(), p = sum.data(), q = product.data()](Index first, Index count) {
                     T* __restrict to = p, * __restrict to_x = q;
                     for (Index i = 0; i < count; ++i) {
                       T v = g[first + i];
                       if constexpr (masked) v = y[first + i] != 0 ? v : T(0);
                       to[i] += v;
                       to_x[i] += v * (x[first + i] - m[i]);
                     }
                   });
      fold(sum, s.channels, sums.data() + chunk * s.channels);
      fold(product, s.channels, products.data() + chunk * s.channels);
    });
  });
  std::ranges::copy(chunks.total(sums), sum_g);
  std::ranges::copy(chunks.total(products), sum_g_x);
}

template <class T>
void batch_norm_input_gradient(ChannelRows s, const T* g, const T* y, const T* x, const T* mean,
                               const T* scale, const T* a, const T* b, T* dx, T* residual_gradient) {
  if (s.rows * s.channels == 0) return;
  const std::vector<T> means = repeated(mean, s.channels), scales = repeated(scale, s.channels),
                       as = repeated(a, s.channels), bs = repeated(b, s.channels);
  with_flag(y != nullptr, [&](auto masked) {
    with_flag(residual_gradient != nullptr, [&](auto passes_on) {
      for_each_run(s, [=, m = means.data(), k = scales.data(), p = as.data(), q = bs.data()](Index first,
                                                                                             Index count) {
        const auto gradient = [=](Index i) { return !masked || y[first + i] != 0 ? g[first + i] : T(0); };
        // One array written a loop: the compiler vectorises each of these, but not both in one.
        T* __restrict to = dx + first, * __restrict onwards = passes_on ? residual_gradient + first : nullptr;
        if constexpr (passes_on)
          for (Index i = 0; i < count; ++i) onwards[i] = gradient(i);
        for (Index i = 0; i < count; ++i) {
          const T v = passes_on ? onwards[i] : gradient(i);
          to[i] = k[i] * (v - p[i] - (x[first + i] - m[i]) * q[i]);
        }
      });
    });
  });
}

#define INSTANTIATE(T)                                                                                   \
  template void channel_statistics(ChannelRows, const T*, T*, T*);                                       \
  template void batch_norm(ChannelRows, const T*, const T*, const T*, const T*, const T*, bool, T*);     \
  template void batch_norm_sums(ChannelRows, const T*, const T*, const T*, const T*, T*, T*);            \
  template void batch_norm_input_gradient(ChannelRows, const T*, const T*, const T*, const T*, const T*, \
                                          const T*, const T*, T*, T*)
INSTANTIATE(float);
INSTANTIATE(double);

}  // namespace voronet::kernels
