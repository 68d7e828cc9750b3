#include <voronet/layers/plan/margin_roundings.h>

#include <algorithm>
#include <cmath>

namespace voronet {

using namespace plan;

MarginRoundings::MarginRoundings(const MarginPlan& plan, const MarginPlan::Base& base, int label)
    : plan_(plan),
      base_(base),
      label_(label),
      ranges_(base.ranges),
      roundings_(base.roundings),
      middle_(base.values.size()),
      radius_(base.values.size()) {}

void MarginRoundings::place(const MarginPlace& place) {
  for (const Index p : changed_) {
    ranges_[p] = base_.ranges[p];
    roundings_[p] = base_.roundings[p];
  }
  changed_.clear();
  for (int value = 0; value < std::ssize(plan_.bounds().maps()); ++value)
    place.maps.for_each(value, [&](Index e, Index from) {
      const Index p = plan_.whole().begin(value) + e;
      roundings_[p] = place.roundings[from];
      changed_.push_back(p);
    });
  place_ = &place;
}

double MarginRoundings::of(int rival, const MarginRanges& ranges) {
  for (std::size_t from = 0; from < changed_.size(); ++from) {
    const auto [low, high] = place_->evaluated[from];
    ranges_[changed_[from]] = {std::max(low, ranges[from].low - place_->off[from]),
                               std::min(high, ranges[from].high + place_->off[from])};
  }
  std::ranges::fill(middle_, 0.0);
  std::ranges::fill(radius_, 0.0);
  const LogitBounds& head = plan_.bounds().head();
  plan_.whole().for_each(plan_.bounds().graph().output,
                         [&](Index e, Index p) { middle_[p] = head.weight_difference(label_, rival, e); });
  double sum = head.own_rounding(place_->features, label_, rival);
  for (std::size_t i = plan_.steps().size(); i-- > 0;) {
    const MarginPlan::Step& step = plan_.steps()[i];
    // A function rounds its result, a sum what then bends.
    if (step.is_function()) sum += counted(step.plan.output);
    bend(step);
    if (!step.is_function()) sum += counted(step.plan.output);
    if (step.plan.input == 0) continue;  // pixels are read exactly: see MarginPlan::Step::share
    plan_.whole_links()[i].add_back(middle_.data(), middle_.data());
    plan_.whole_links()[i].add_back_absolute(radius_.data(), radius_.data());
  }
  return sum;
}

double MarginRoundings::counted(int value) const {
  double sum = 0;
  for (Index p = plan_.whole().begin(value); p < plan_.whole().end(value); ++p)
    sum += (std::abs(middle_[p]) + radius_[p]) * roundings_[p];
  return sum;
}

void MarginRoundings::bend(const MarginPlan::Step& step) {
  if (!step.plan.relu && !step.is_function()) return;
  for (Index p = plan_.whole().begin(step.plan.output); p < plan_.whole().end(step.plan.output); ++p) {
    if (step.plan.relu && ranges_[p].low >= 0) continue;
    const bool off = step.plan.relu && ranges_[p].high <= 0;
    const double steepest = off ? 0 : step.steepest(),
                 low = std::min(0.0, middle_[p] - radius_[p]) * steepest,
                 high = std::max(0.0, middle_[p] + radius_[p]) * steepest;
    middle_[p] = (low + high) / 2;
    radius_[p] = (high - low) / 2;
  }
}

}  // namespace voronet
