// Differences of changed images' feature maps from those of their base image, and what is done to them.
#pragma once

#include <voronet/core/kernels/buffer.h>
#include <voronet/layers/plan/graph.h>
#include <voronet/layers/plan/windows.h>

#include <span>

namespace voronet::plan {

// Of one image; features are a single pixel.
struct MapSize {
  Index h, w, c;
  Index size() const { return h * w * c; }
};
MapSize map_size(const Shape& shape);  // (h, w, c), or features of any other rank
// n windows that are each the whole map.
Windows whole_map(const MapSize& map, Index n);

// n windows of differences, (n, rows, columns, c), 0 where a window reaches over the border. Outside of the
// windows there is no difference.
template <class T>
struct Delta {
  Windows at;
  kernels::Buffer<T> values;

  Delta(Windows windows, Index c) : at(std::move(windows)), values(at.count() * at.area() * c) {}
  T* row(Index i, Index row, Index c) const {
    return values.data() + (i * at.rows.length + row) * at.columns.length * c;
  }
};

// x in these windows, which hold x's but for what lies outside the map.
template <class T>
Delta<T> gather(const MapSize& map, const Windows& windows, const Delta<T>& x);
// x += y, where x's windows hold y's but for what lies outside the map. What x has there may become 0.
template <class T>
void add(const MapSize& map, const Delta<T>& y, Delta<T>& x);

// Differences before ReLU become those after it: sums are the base's values before it. Null: there is no
// ReLU. Either way, what lies outside the map becomes 0.
template <class T>
void finish(const MapSize& map, const T* sums, Delta<T>& x);

// Differences before a function become those after it: base are the base's values before it.
template <class T>
void apply(const MapSize& map, const Function& function, const T* base, Delta<T>& x);
// Differences times factors, one for each channel, or each element of the map.
template <class T>
void scale(const MapSize& map, std::span<const T> factors, Delta<T>& x);
// Differences of two maps' channels beside one another, in windows that hold both.
template <class T>
Delta<T> concat(const MapSize& a, const Delta<T>& x, const MapSize& b, const Delta<T>& y,
                const Windows& windows);
// A padding's outputs.
template <class T>
Delta<T> pad(const MapSize& in, const MapSize& out, const Pads& pads, const Delta<T>& x);

// A max-pooling's outputs: base and pooled are the base's values before and after it. A NaN is larger than
// all numbers.
template <class T>
Delta<T> max_pool(const MapSize& in, const MapSize& out, Index size, Index stride, const T* base,
                  const T* pooled, const Delta<T>& x, const Windows& windows);
// The mean over the whole map, as a single pixel.
template <class T>
Delta<T> global_average(const MapSize& map, const Delta<T>& x);

}  // namespace voronet::plan
