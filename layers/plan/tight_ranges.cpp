#include <voronet/layers/plan/tight_ranges.h>

#include <algorithm>
#include <cmath>

namespace voronet {

using namespace plan;

namespace {

constexpr std::size_t lanes = 8, at_once = lanes / 2;

// Of up to `at_once` values before the bend of the place's step i: of each what it is at least, and what its
// negative is.
void tighten_some(const MarginPlace& place, std::size_t i, std::span<const Index> values,
                  std::span<const ValueRange> colours, MarginRanges& ranges, BackPass<lanes>& pass) {
  pass.coefficients.assign(ranges.size() * lanes, 0.0);
  pass.constant = pass.noise = {};
  for (std::size_t l = 0; l < 2 * values.size(); ++l) {
    const Index p = values[l / 2];
    const double sign = l % 2 == 0 ? 1 : -1;
    pass.coefficients[p * lanes + l] = sign;
    pass.constant[l] = sign * place.before[p];
  }
  pass.to_pixel(place, i, ranges, Tight::below);
  for (std::size_t l = 0; l < values.size(); ++l) {
    const double slack = place.slack[values[l]];
    ValueRange& range = ranges[values[l]];
    range = {std::max(range.low, pass.over(place, colours, 2 * l).least() - slack),
             std::min(range.high, slack - pass.over(place, colours, 2 * l + 1).least())};
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
    for (std::size_t first = 0; first < open.size(); first += at_once)
      tighten_some(place, i, std::span(open).subspan(first, std::min(at_once, open.size() - first)), colours,
                   ranges, pass);
  }
}

}  // namespace voronet
