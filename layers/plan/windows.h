// Windows: where the feature maps of changed images can differ from those of their base image. This is the
// receptive field's arithmetic, one dimension at a time.
#pragma once

#include <voronet/core/shape.h>

#include <vector>

namespace voronet::plan {

// What a step's output i reads: inputs from i stride - padding on, `kernel` of them.
struct Reach {
  Index kernel = 1, stride = 1, padding = 0;
};

// One dimension of n >= 1 windows, all of one length. They may reach over the map's borders.
struct Spans {
  Index length = 0;
  std::vector<Index> begins;  // n

  bool together() const;  // all begin alike
  // Whether all are 0..size-1.
  bool whole(Index size) const { return length == size && begins.front() == 0 && together(); }
  friend bool operator==(const Spans&, const Spans&) = default;
};

// n >= 1 windows of one size.
struct Windows {
  Spans rows, columns;

  Index count() const { return static_cast<Index>(rows.begins.size()); }  // n
  Index area() const { return rows.length * columns.length; }             // pixels of each
  friend bool operator==(const Windows&, const Windows&) = default;
};

// Of one image; features are a single pixel.
struct MapSize {
  Index h, w, c;
  Index size() const { return h * w * c; }  // numbers in it
};
MapSize map_size(const Shape& shape);  // (h, w, c), or features of any other rank
// n windows that are each the whole map.
Windows whole_map(const MapSize& map, Index n);

// The outputs that read any of these inputs. Either the spans are together, or all begin at a multiple of the
// stride.
Spans outputs_of(const Spans& inputs, const Reach& reach);

// How a map's windows are cut: at multiples of `alignment`, which the strides behind it ask for, unless they
// are together; and from a length of `whole_from` on, a window is the whole map.
struct Framing {
  Index size, alignment = 1, whole_from;
};

// Spans that hold what the given ones hold of the map: cut at its borders if they are together.
Spans framed(const Spans& spans, const Framing& framing);
// Spans that hold both, candidate by candidate.
Spans hull(const Spans& a, const Spans& b);
// The given ones cut at the borders of a map of this size if they are together.
Spans cut(const Spans& spans, Index size);

}  // namespace voronet::plan
