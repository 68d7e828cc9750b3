// Feature maps cut to windows, packed one after another into one row of numbers: what a pass from the back
// works on, so that all it touches of a network lies side by side.
#pragma once

#include <voronet/layers/plan/map_forms.h>
#include <voronet/layers/plan/windows.h>

#include <span>
#include <vector>

namespace voronet::plan {

class PackedMaps {
 public:
  // One window of each value's map, cut at its borders.
  PackedMaps(std::span<const MapSize> maps, std::vector<Windows> windows);

  Index size() const { return begins_.back(); }  // numbers in all
  // Where a value's window begins, and behind its end.
  Index begin(int value) const { return begins_[value]; }
  Index end(int value) const { return begins_[value + 1]; }
  const MapSize& map(int value) const { return maps_[value]; }         // the whole map of a value
  const Windows& windows(int value) const { return windows_[value]; }  // the window of a value, in its map

  // Whether a value's window holds the pixel.
  bool holds(int value, Index row, Index column) const;
  // Where the first channel of a pixel that the value's window holds is.
  Index at(int value, Index row, Index column) const;

  // Calls use(element of the value's map, its place here) for all that the value's window holds, in order.
  template <class Use>
  void for_each(int value, const Use& use) const {
    Index place = begin(value);
    for_each_row(maps_[value], windows_[value], [&](Index first, Index last) {
      for (Index e = first; e < last; ++e) use(e, place++);
    });
  }

 private:
  std::span<const MapSize> maps_;
  std::vector<Windows> windows_;
  std::vector<Index> begins_;
};

// The whole of each map.
PackedMaps packed_whole(std::span<const MapSize> maps);

}  // namespace voronet::plan
