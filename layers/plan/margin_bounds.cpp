#include <voronet/layers/plan/margin_bounds.h>
#include <voronet/layers/plan/range_pass.h>
#include <voronet/layers/plan/relaxation.h>

#include <algorithm>
#include <cmath>

namespace voronet {

using namespace plan;

MarginBounds::MarginBounds(const MarginPlan& plan, const MarginPlan::Base& base, int label)
    : plan_(plan), base_(base), label_(label), roundings_(plan, base, label) {}

bool MarginBounds::place(const PixelBounds& all) {
  place_.emplace(plan_, base_, all);
  known_.assign(plan_.bounds().head().classes(), {});
  coefficients_.assign(place_->values.size(), 0.0);
  roundings_.place(*place_);
  return place_->finite();
}

MarginRanges MarginBounds::ranges(std::span<const ValueRange> colours, const MarginRanges& within) {
  return range_pass(*place_, colours, within, forms_);
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
  std::ranges::fill(coefficients_, 0.0);
  place_->maps.for_each(output, [&](Index e, Index p) {
    if (!bends(p)) coefficients_[p] = plan_.bounds().head().weight_difference(label_, rival, e);
  });
  const AffineForms& features = base_.forms->values[output];
  LinearMargin margin{.constant = plan_.bounds().head().difference(features, label_, rival).constant};
  bend(plan_.steps().back(), place_->ranges, Tight::both, margin);
  place_->links.back().add_back(coefficients_.data(), coefficients_.data());
  known = {margin.constant, coefficients_};
  place_->maps.for_each(output, [&](Index e, Index p) {
    known->coefficients[p] = bends(p) ? plan_.bounds().head().weight_difference(label_, rival, e) : 0;
  });
  return *known;
}

LinearMargin MarginBounds::margin(int rival, std::span<const ValueRange> colours, const MarginRanges& ranges,
                                  Tight tight) {
  const Known& known = this->known(rival);
  LinearMargin margin{.constant = known.constant};
  coefficients_ = known.coefficients;
  double* coefficients = coefficients_.data();
  for (std::size_t i = plan_.steps().size(); i-- > 0;) {
    bend(plan_.steps()[i], ranges, tight, margin);
    place_->links[i].add_back(coefficients, coefficients);
  }
  for (std::size_t k = 0; k < colours.size(); ++k) {
    const Index p = place_->maps.begin(0) + static_cast<Index>(k);
    const auto [low, high] = colours[k];
    margin.constant += coefficients[p] * ((low + high) / 2 - place_->values[p]);
    margin.slopes.push_back(coefficients[p] * (high - low) / 2);
  }
  return margin;
}

// The coefficients of what is behind the step's bend become those of what is before it.
void MarginBounds::bend(const MarginPlan::Step& step, const MarginRanges& ranges, Tight tight,
                        LinearMargin& margin) {
  if (!step.bends()) return;
  for (Index p = place_->maps.begin(step.plan.output); p < place_->maps.end(step.plan.output); ++p) {
    const double coefficient = coefficients_[p];
    if (coefficient == 0) continue;
    const auto [low, high] = ranges[p];
    // Of a value that is subtracted, the upper line is what bounds the margin from below: a chord.
    const Relaxation line = step.plan.relu ? relax_relu(low, high, coefficient > 0 ? tight : Tight::both)
                                           : relax(step.plan.function, low, high);
    margin.constant += coefficient * (line.slope * place_->before[p] + line.centre - place_->values[p]);
    margin.noise += std::abs(coefficient) * line.radius;
    coefficients_[p] = coefficient * line.slope;
  }
}

}  // namespace voronet
