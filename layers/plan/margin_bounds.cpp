#include <voronet/layers/plan/margin_bounds.h>
#include <voronet/layers/plan/range_pass.h>
#include <voronet/layers/plan/tight_ranges.h>

namespace voronet {

using namespace plan;

MarginBounds::MarginBounds(const MarginPlan& plan, const MarginPlan::Base& base, int label)
    : plan_(plan), base_(base), label_(label), roundings_(plan, base, label) {}

bool MarginBounds::place(const PixelBounds& all) {
  place_.emplace(plan_, base_, all);
  known_.assign(plan_.bounds().head().classes(), {});
  roundings_.place(*place_);
  refined_ = false;
  return place_->finite();
}

MarginRanges MarginBounds::ranges(std::span<const ValueRange> colours, const MarginRanges& within) {
  return range_pass(*place_, colours, within, forms_);
}

void MarginBounds::tighten(std::span<const ValueRange> colours, MarginRanges& ranges) {
  voronet::tighten(*place_, colours, ranges, passes_);
}

void MarginBounds::tighten() {
  const std::vector<ValueRange> colours(plan_.bounds().image_shape()[2], {0, 1});
  tighten(colours, place_->ranges);
  known_.assign(known_.size(), {});
  roundings_.place(*place_);
  refined_ = false;
}

double MarginBounds::rounding(int rival, const MarginRanges& ranges, double enough) {
  const double known = roundings_.of(rival, ranges);
  if (known <= enough) return known;
  if (!std::exchange(refined_, true)) {
    roundings_.refine();
    return rounding(rival, ranges, enough);
  }
  roundings_.refine(ranges);
  return std::min(known, roundings_.of(rival, ranges));
}

bool MarginBounds::bends(Index feature) const {
  const MarginPlan::Step& step = plan_.steps().back();
  const auto& [low, high] = place_->ranges[feature];
  return step.is_function() || (step.plan.relu && low < 0 && high > 0);
}

// The pass through the last step, of features that any box's pass takes alike.
const MarginBounds::Known& MarginBounds::known(int rival) {
  std::optional<Known>& known = known_[rival];
  if (known) return *known;
  const int output = plan_.bounds().graph().output;
  const auto weight = [&](Index e) { return plan_.bounds().head().weight_difference(label_, rival, e); };
  pass_.coefficients.assign(place_->values.size(), 0.0);
  place_->maps.for_each(output, [&](Index e, Index p) {
    if (!bends(p)) pass_.coefficients[p] = weight(e);
  });
  const AffineForms& features = base_.forms->values[output];
  pass_.constant = {plan_.bounds().head().difference(features, label_, rival).constant};
  pass_.bend(*place_, place_->links.size() - 1, place_->ranges, Tight::both);
  place_->links.back().add_back<1>(pass_.coefficients.data(), pass_.coefficients.data());
  known = {pass_.constant.front(), pass_.coefficients};
  place_->maps.for_each(output, [&](Index e, Index p) { known->coefficients[p] = bends(p) ? weight(e) : 0; });
  return *known;
}

LinearBound MarginBounds::margin(int rival, std::span<const ValueRange> colours, const MarginRanges& ranges,
                                 Tight tight) {
  const Known& known = this->known(rival);
  pass_.constant = {known.constant};
  pass_.noise = {};
  pass_.coefficients = known.coefficients;
  const std::size_t last = place_->links.size() - 1;
  pass_.bend(*place_, last, ranges, tight);
  pass_.to_pixel(*place_, last, ranges, tight);
  return pass_.over(*place_, colours);
}

}  // namespace voronet
