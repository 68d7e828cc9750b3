#include <voronet/layers/plan/windows.h>

#include <algorithm>

namespace voronet::plan {
namespace {

Index divide_down(Index a, Index b) { return -divide_up(-a, b); }

}  // namespace

bool Spans::together() const {
  return std::all_of(begins.begin(), begins.end(), [this](Index begin) { return begin == begins.front(); });
}

MapSize map_size(const Shape& shape) {
  if (shape.rank() == 3) return {shape[0], shape[1], shape[2]};
  return {1, 1, shape.size()};
}

Windows whole_map(const MapSize& map, Index n) {
  const std::vector<Index> begins(n, 0);
  return {{map.h, begins}, {map.w, begins}};
}

Spans outputs_of(const Spans& inputs, const Reach& reach) {
  const auto first = [&](Index begin) {
    return divide_up(begin + reach.padding - reach.kernel + 1, reach.stride);
  };
  const Index begin = inputs.begins.front(), last = begin + inputs.length - 1;
  Spans outputs{std::max<Index>(0, divide_down(last + reach.padding, reach.stride) + 1 - first(begin)), {}};
  if (inputs.length == 0) outputs.length = 0;
  outputs.begins.reserve(inputs.begins.size());
  for (const Index input : inputs.begins) outputs.begins.push_back(first(input));
  return outputs;
}

Spans hull(const Spans& a, const Spans& b) {
  if (a.length == 0 || b.length == 0) return a.length == 0 ? b : a;
  Spans both{0, a.begins};
  for (std::size_t i = 0; i < a.begins.size(); ++i) {
    both.begins[i] = std::min(a.begins[i], b.begins[i]);
    const Index end = std::max(a.begins[i] + a.length, b.begins[i] + b.length);
    both.length = std::max(both.length, end - both.begins[i]);
  }
  return both;
}

Spans cut(const Spans& spans, Index size) {
  if (!spans.together()) return spans;
  const Index begin = std::clamp<Index>(spans.begins.front(), 0, size),
              end = std::clamp<Index>(spans.begins.front() + spans.length, begin, size);
  return {end - begin, std::vector<Index>(spans.begins.size(), begin)};
}

Spans framed(const Spans& spans, const Framing& framing) {
  Spans result = cut(spans, framing.size);
  if (!result.together()) {
    result.length += framing.alignment - 1;
    for (Index& begin : result.begins) begin = divide_down(begin, framing.alignment) * framing.alignment;
  }
  if (result.length >= framing.whole_from)
    result = {framing.size, std::vector<Index>(result.begins.size(), 0)};
  return result;
}

}  // namespace voronet::plan
