#include <voronet/layers/plan/delta.h>

#include <algorithm>

namespace voronet::plan {
namespace {

// The part of a span that lies within 0..size-1, counted from the span's begin.
struct Inside {
  Index begin, end;
  Inside(const Spans& spans, Index i, Index size)
      : begin(std::clamp<Index>(-spans.begins[i], 0, spans.length)),
        end(std::clamp<Index>(size - spans.begins[i], begin, spans.length)) {}
};

Index begin_of(const Spans& spans, Index i) { return spans.begins[i]; }

// What a window holds of a row of the map from column `begin` to `end`: elements first..last-1 of the row's
// part, counted from `begin`.
template <class T>
struct Part {
  Index first = 0, last = 0;
  const T* values = nullptr;  // of element `first`

  Part(const Delta<T>& x, Index i, Index row, Index begin, Index end, Index c) {
    const Index r = row - begin_of(x.at.rows, i), left = begin_of(x.at.columns, i);
    if (r < 0 || r >= x.at.rows.length) return;
    const Index from = std::max(begin, left), to = std::min(end, left + x.at.columns.length);
    if (from >= to) return;
    first = (from - begin) * c;
    last = (to - begin) * c;
    values = x.row(i, r, c) + (from - left) * c;
  }
};

template <class T>
void add_part(const Part<T>& part, T* to) {
  for (Index e = part.first; e < part.last; ++e) to[e] += part.values[e - part.first];
}

// A NaN is larger than all numbers.
template <class T>
T larger(T a, T b) {
  const T number = b > a ? b : a;
  return b != b ? b : number;
}

// The larger of each element and that of the base with its difference.
template <class T>
void enlarge(const T* base, const Part<T>& part, Index length, T* largest) {
  const auto with = [&](Index begin, Index end) {
    for (Index e = begin; e < end; ++e) largest[e] = larger(largest[e], base[e]);
  };
  with(0, part.first);
  for (Index e = part.first; e < part.last; ++e) {
    largest[e] = larger(largest[e], base[e] + part.values[e - part.first]);
  }
  with(part.last, length);
}

// Of `count` runs of `size` pixels of c channels, `step` elements apart, the largest minus `before`.
// Overwrites the pixels: all neighbours are compared, also those of different runs, as one long loop is
// quicker.
template <class T>
void pool_row(T* largest, Index size, Index step, Index c, Index count, const T* before, T* to) {
  for (Index v = 1; v < size; ++v) {
    const Index length = (count - 1) * step + (size - v) * c;
#pragma omp simd
    for (Index e = 0; e < length; ++e) largest[e] = larger(largest[e], largest[e + c]);
  }
  for (Index j = 0; j < count; ++j)
    for (Index k = 0; k < c; ++k) to[j * c + k] = largest[j * step + k] - before[j * c + k];
}

// Calls f(candidate, row of the map, its part of the map, the row's elements) for each row of each window
// that meets the map, and fills the others with zeros.
template <class T, class F>
void for_each_row(const MapSize& map, const Delta<T>& x, const F& f) {
  const Index row_size = x.at.columns.length * map.c;
  for (Index i = 0; i < x.at.count(); ++i) {
    const Inside rows(x.at.rows, i, map.h), columns(x.at.columns, i, map.w);
    for (Index r = 0; r < x.at.rows.length; ++r) {
      T* row = x.row(i, r, map.c);
      if (r < rows.begin || r >= rows.end)
        std::fill_n(row, row_size, T(0));
      else
        f(i, begin_of(x.at.rows, i) + r, columns, row);
    }
  }
}

// Calls f(element of the map, difference) for each difference within the map, and makes the others 0.
template <class T, class F>
void for_each_element(const MapSize& map, const Delta<T>& x, const F& f) {
  for_each_row(map, x, [&](Index i, Index row, const Inside& columns, T* to) {
    std::fill_n(to, columns.begin * map.c, T(0));
    std::fill(to + columns.end * map.c, to + x.at.columns.length * map.c, T(0));
    const Index first = (row * map.w + begin_of(x.at.columns, i)) * map.c;
    for (Index e = columns.begin * map.c; e < columns.end * map.c; ++e) f(first + e, to[e]);
  });
}

}  // namespace

template <class T>
Delta<T> Delta<T>::gather(const MapSize& map, const Windows& windows) const {
  Delta result(windows, map.c);
  std::fill_n(result.values.data(), windows.count() * windows.area() * map.c, T(0));
  result.add(map, *this);
  return result;
}

template <class T>
void Delta<T>::add(const MapSize& map, const Delta& y) {
  for_each_row(map, *this, [&](Index i, Index row, const Inside& columns, T* to) {
    const Index left = begin_of(at.columns, i);
    add_part<T>({y, i, row, left + columns.begin, left + columns.end, map.c}, to + columns.begin * map.c);
  });
}

template <class T>
void Delta<T>::finish(const MapSize& map, const T* sums) {
  if (sums == nullptr) return for_each_element(map, *this, [](Index, T&) {});
  for_each_element(map, *this, [&](Index e, T& difference) {
    const T before = sums[e], after = before + difference;
    difference = (after < 0 ? T(0) : after) - (before < 0 ? T(0) : before);
  });
}

template <class T>
void Delta<T>::apply(const MapSize& map, const Function& function, const T* base) {
  for_each_element(map, *this, [&](Index e, T& difference) {
    difference = evaluate(function, base[e] + difference) - evaluate(function, base[e]);
  });
}

template <class T>
void Delta<T>::scale(const MapSize& map, std::span<const T> factors) {
  const Index n = std::ssize(factors);
  for_each_element(map, *this, [&](Index e, T& difference) { difference *= factors[e % n]; });
}

template <class T>
Delta<T> Delta<T>::concat(const MapSize& a, const Delta& other, const MapSize& b,
                          const Windows& windows) const {
  const Delta first = gather(a, windows), second = other.gather(b, windows);
  Delta result(windows, a.c + b.c);
  T* to = result.values.data();
  for (Index pixel = 0; pixel < windows.count() * windows.area(); ++pixel) {
    to = std::copy_n(first.values.data() + pixel * a.c, a.c, to);
    to = std::copy_n(second.values.data() + pixel * b.c, b.c, to);
  }
  return result;
}

// The nearest pixels of one at the border are the pad's, so the windows reach to the new border there.
template <class T>
Delta<T> Delta<T>::pad(const MapSize& in, const MapSize& out, const Pads& pads) const {
  const auto moved = [&](const Spans& spans, Index before, Index after, Index size) {
    Spans result{spans.length + (pads.nearest ? before + after : 0), {}};
    for (const Index begin : spans.begins) result.begins.push_back(begin + (pads.nearest ? 0 : before));
    return result.together() ? cut(result, size) : result;
  };
  Delta y({moved(at.rows, pads.top, pads.bottom, out.h), moved(at.columns, pads.left, pads.right, out.w)},
          in.c);
  for_each_row(out, y, [&](Index i, Index row, const Inside& columns, T* to) {
    std::fill_n(to, y.at.columns.length * in.c, T(0));
    const Index from = row - pads.top, r = pads.nearest ? std::clamp<Index>(from, 0, in.h - 1) : from;
    for (Index j = columns.begin; j < columns.end; ++j) {
      const Index under = begin_of(y.at.columns, i) + j - pads.left,
                  c = pads.nearest ? std::clamp<Index>(under, 0, in.w - 1) : under;
      if (r >= 0 && r < in.h && c >= 0 && c < in.w) add_part<T>({*this, i, r, c, c + 1, in.c}, to + j * in.c);
    }
  });
  return y;
}

template <class T>
Delta<T> Delta<T>::max_pool(const MapSize& in, const MapSize& out, Index size, Index stride, const T* base,
                            const T* pooled, const Windows& windows) const {
  const Index c = in.c;
  Delta result(windows, c);
  const Index most = ((windows.columns.length - 1) * stride + size) * c;  // elements of input under a row
  const kernels::Buffer<T> largest(std::max<Index>(most, 1));
  for_each_row(out, result, [&](Index i, Index row, const Inside& columns, T* to) {
    std::fill_n(to, windows.columns.length * c, T(0));
    const Index first = begin_of(windows.columns, i) + columns.begin, count = columns.end - columns.begin;
    if (count == 0) return;
    const Index begin = first * stride, end = (first + count - 1) * stride + size, length = (end - begin) * c;
    for (Index u = 0; u < size; ++u) {
      const T* under = base + ((row * stride + u) * in.w + begin) * c;
      const Part part(*this, i, row * stride + u, begin, end, c);
      if (u > 0) {
        enlarge(under, part, length, largest.data());
      } else {
        std::copy_n(under, length, largest.data());
        add_part(part, largest.data());
      }
    }
    pool_row(largest.data(), size, stride * c, c, count, pooled + (row * out.w + first) * c,
             to + columns.begin * c);
  });
  return result;
}

template <class T>
Delta<T> Delta<T>::global_average(const MapSize& map) const {
  const std::vector<Index> begins(at.count(), 0);
  Delta result({{1, begins}, {1, begins}}, map.c);
  for (Index i = 0; i < at.count(); ++i) {
    T* mean = result.row(i, 0, map.c);
    std::fill_n(mean, map.c, T(0));
    const T* pixel = row(i, 0, map.c);
    for (Index p = 0; p < at.area(); ++p, pixel += map.c)
      for (Index k = 0; k < map.c; ++k) mean[k] += pixel[k];
    for (Index k = 0; k < map.c; ++k) mean[k] /= static_cast<T>(map.h * map.w);
  }
  return result;
}

template struct Delta<float>;
template struct Delta<double>;

}  // namespace voronet::plan
