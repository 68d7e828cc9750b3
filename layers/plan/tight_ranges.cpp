#include <voronet/layers/plan/tight_ranges.h>

#include <algorithm>
#include <cmath>

namespace voronet {

using namespace plan;

namespace {

constexpr std::size_t lanes = 8;

// Of up to `lanes` values before the bend of the place's step i.
void tighten_some(const MarginPlace& place, std::size_t i, std::span<const Index> values,
                  std::span<const ValueRange> colours, MarginRanges& ranges, BackPass<lanes>& pass) {
  pass.coefficients.assign(ranges.size() * lanes, 0.0);
  pass.constant = pass.noise = {};
  for (std::size_t l = 0; l < values.size(); ++l) {
    pass.coefficients[values[l] * lanes + l] = 1;
    pass.constant[l] = place.before[values[l]];
  }
  pass.to_pixel(place, i, ranges, Tight::both);
  for (std::size_t l = 0; l < values.size(); ++l) {
    const LinearBound bound = pass.over(place, colours, l);
    double reach = bound.noise + place.slack[values[l]];
    for (const double slope : bound.slopes) reach += std::abs(slope);
    ValueRange& range = ranges[values[l]];
    range = {std::max(range.low, bound.constant - reach), std::min(range.high, bound.constant + reach)};
  }
}

}  // namespace

void tighten(const MarginPlace& place, std::span<const ValueRange> colours, MarginRanges& ranges,
             BackPass<lanes>& pass) {
  std::vector<Index> open;
  for (std::size_t i = 0; i < place.links.size(); ++i) {
    const MarginPlan::Step& step = place.plan.steps()[i];
    if (!step.bends()) continue;
    open.clear();
    for (Index p = place.maps.begin(step.plan.output); p < place.maps.end(step.plan.output); ++p)
      if (step.is_function() || (ranges[p].low < 0 && ranges[p].high > 0)) open.push_back(p);
    for (std::size_t first = 0; first < open.size(); first += lanes)
      tighten_some(place, i, std::span(open).subspan(first, std::min(lanes, open.size() - first)), colours,
                   ranges, pass);
  }
}

}  // namespace voronet
