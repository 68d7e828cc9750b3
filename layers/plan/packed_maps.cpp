#include <voronet/layers/plan/packed_maps.h>

namespace voronet::plan {
namespace {

bool within(const Spans& spans, Index i) {
  return i >= spans.begins.front() && i < spans.begins.front() + spans.length;
}

}  // namespace

PackedMaps::PackedMaps(std::span<const MapSize> maps, std::vector<Windows> windows)
    : maps_(maps), windows_(std::move(windows)), begins_{0} {
  for (std::size_t value = 0; value < maps.size(); ++value)
    begins_.push_back(begins_.back() + windows_[value].area() * maps[value].c);
}

bool PackedMaps::holds(int value, Index row, Index column) const {
  return within(windows_[value].rows, row) && within(windows_[value].columns, column);
}

Index PackedMaps::at(int value, Index row, Index column) const {
  const Windows& window = windows_[value];
  return begins_[value] + ((row - window.rows.begins.front()) * window.columns.length + column -
                           window.columns.begins.front()) *
                              maps_[value].c;
}

PackedMaps packed_whole(std::span<const MapSize> maps) {
  std::vector<Windows> windows;
  for (const MapSize& map : maps) windows.push_back(whole_map(map, 1));
  return {maps, std::move(windows)};
}

}  // namespace voronet::plan
