#include <voronet/layers/plan/margin_place.h>

#include <algorithm>
#include <cmath>

namespace voronet {

using namespace plan;

namespace {

// What doubles round, in parts of what floats do.
constexpr double of_doubles = 0x1p-20;

}  // namespace

MarginPlace::MarginPlace(const MarginPlan& of, const MarginPlan::Base& about, const PixelBounds& all)
    : plan(of),
      base(about),
      maps(of.bounds().maps(), all.changed()),
      links(of.links(maps)),
      before(maps.size()),
      values(maps.size()),
      ranges(maps.size()),
      evaluated(maps.size()),
      off(maps.size()),
      slack(maps.size()) {
  for (int value = 0; value < std::ssize(of.bounds().maps()); ++value)
    maps.for_each(value, [&](Index e, Index p) {
      before[p] = base.before[of.whole().begin(value) + e];
      values[p] = base.values[of.whole().begin(value) + e];
      const auto& [range, rounding] = all.before(value)[e];
      evaluated[p] = range;
      off[p] = rounding;
      slack[p] = of_doubles * rounding;
      ranges[p] = {range.low + rounding - slack[p], range.high - rounding + slack[p]};
    });
  const MarginPlan::Roundings found = of.roundings(base, maps, links, evaluated);
  roundings = found.of_sums;
  const int output = of.bounds().graph().output;
  features.assign(found.magnitudes.begin() + of.whole().begin(output),
                  found.magnitudes.begin() + of.whole().end(output));
}

bool MarginPlace::finite() const {
  const auto is_finite = [](double rounding) { return std::isfinite(rounding); };
  return std::ranges::all_of(base.roundings, is_finite) && std::ranges::all_of(roundings, is_finite) &&
         std::ranges::all_of(slack, is_finite) && std::ranges::all_of(features, is_finite);
}

}  // namespace voronet
