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
  find_pooled();
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

MarginPlace::Largest MarginPlace::largest(std::size_t number, std::span<const Pooled> inputs,
                                          const MarginRanges& of) const {
  const int value = plan.steps()[number].plan.input;
  const auto range = [&](const Pooled& input) {
    const double base_one = base_value(number, input);
    return input.packed < 0 ? ValueRange{base_one, base_one} : plan.writer(value)->after(of[input.packed]);
  };
  Largest found{&inputs.front(), 0};
  double low = range(inputs.front()).low;
  for (const Pooled& input : inputs)
    if (const double least = range(input).low; least > low) found.input = &input, low = least;
  for (const Pooled& input : inputs)
    if (&input != found.input) found.excess = std::max(found.excess, range(input).high - low);
  return found;
}

double MarginPlace::base_value(std::size_t number, const Pooled& input) const {
  return base.values[plan.whole().begin(plan.steps()[number].plan.input) + input.element];
}

void MarginPlace::find_pooled() {
  pooled.resize(plan.steps().size());
  for (std::size_t i = 0; i < pooled.size(); ++i) {
    const PlanStep& step = plan.steps()[i].plan;
    if (!plan.steps()[i].pools()) continue;
    const MapSize &in = maps.map(step.input), &out = maps.map(step.output);
    maps.for_each(step.output, [&](Index e, Index) {
      for_each_pooled(step, in, out, e, [&](Index from) {
        const Index row = from / in.c / in.w, column = from / in.c % in.w;
        const bool held = maps.holds(step.input, row, column);
        pooled[i].push_back({held ? maps.at(step.input, row, column) + from % in.c : -1, from});
      });
    });
  }
}

}  // namespace voronet
