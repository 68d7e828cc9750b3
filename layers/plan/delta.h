// Differences of changed images' feature maps from those of their base image, and what is done to them.
#pragma once

#include <voronet/core/kernels/buffer.h>
#include <voronet/layers/plan/graph.h>
#include <voronet/layers/plan/windows.h>

#include <span>

namespace voronet::plan {

// n windows of differences from the base image's map, (n, rows, columns, c), 0 where a window reaches over
// the border. Outside of the windows there is no difference.
template <class T>
struct Delta {
  Windows at;
  kernels::Buffer<T> values;

  Delta(Windows windows, Index c) : at(std::move(windows)), values(at.count() * at.area() * c) {}
  // Row `row` of window i, whose maps have c channels.
  T* row(Index i, Index row, Index c) const {
    return values.data() + (i * at.rows.length + row) * at.columns.length * c;
  }

  // This in other windows, which hold its own but for what lies outside the map.
  Delta gather(const MapSize& map, const Windows& windows) const;
  // Adds y, whose windows these hold but for what lies outside the map. What is there may become 0.
  void add(const MapSize& map, const Delta& y);

  // Differences before ReLU become those after it: sums are the base's values before it. Null: there is no
  // ReLU. Either way, what lies outside the map becomes 0.
  void finish(const MapSize& map, const T* sums);

  // Differences before a function become those after it: base are the base's values before it.
  void apply(const MapSize& map, const Function& function, const T* base);
  // Differences times factors, one for each channel, or each element of the map.
  void scale(const MapSize& map, std::span<const T> factors);
  // This and another map's channels beside one another, in windows that hold both.
  Delta concat(const MapSize& map, const Delta& other, const MapSize& its_map, const Windows& windows) const;
  // A padding's outputs.
  Delta pad(const MapSize& in, const MapSize& out, const Pads& pads) const;

  // A max-pooling's outputs: base and pooled are the base's values before and after it. A NaN is larger than
  // all numbers.
  Delta max_pool(const MapSize& in, const MapSize& out, Index size, Index stride, const T* base,
                 const T* pooled, const Windows& windows) const;
  // The mean over the whole map, as a single pixel.
  Delta global_average(const MapSize& map) const;
};

}  // namespace voronet::plan
