#include <voronet/layers/plan/margin_roundings.h>

#include <algorithm>
#include <cmath>

namespace voronet {

using namespace plan;

MarginRoundings::MarginRoundings(const MarginPlan& plan, const MarginPlan::Base& base, int label)
    : plan_(plan),
      base_(base),
      label_(label),
      ranges_(base.values.size()),
      coefficients_(base.values.size()) {}

void MarginRoundings::place(const MarginPlace& place) {
  place_ = &place;
  changed_.clear();
  off_ = base_.off;
  magnitudes_ = place.magnitudes;
  roundings_ = base_.roundings;
  for (std::size_t p = 0; p < ranges_.size(); ++p) ranges_[p] = {base_.before[p], base_.before[p]};
  for (int value = 0; value < std::ssize(plan_.bounds().maps()); ++value)
    place.maps.for_each(value, [&](Index e, Index from) {
      const Index p = plan_.whole().begin(value) + e;
      changed_.push_back(p);
      off_[p] = place.off[from];
      roundings_[p] = place.roundings[from];
      ranges_[p] = place.ranges[from];
    });
  most_off_ = off_;
}

void MarginRoundings::refine() {
  const PackedMaps& whole = plan_.whole();
  std::vector<double> smaller(magnitudes_.size()), saved(magnitudes_.size());
  for (std::size_t i = 0; i < plan_.steps().size(); ++i) {
    const MarginPlan::Step& step = plan_.steps()[i];
    if (step.share > 0) plan_.whole_links()[i].add_absolute(smaller.data(), saved.data());
    for (Index p = whole.begin(step.plan.output); p < whole.end(step.plan.output); ++p)
      roundings_[p] -= step.share * saved[p];
    if (!step.bends()) continue;
    refine_off(i);
    for (Index p = whole.begin(step.plan.output); p < whole.end(step.plan.output); ++p) {
      const auto [low, high] = step.after(evaluated(p));
      smaller[p] = std::max(0.0, magnitudes_[p] - larger(std::abs(low), std::abs(high)));
      magnitudes_[p] -= smaller[p];
    }
  }
}

void MarginRoundings::refine_off(std::size_t i) {
  const int value = plan_.steps()[i].plan.output;
  for (Index p = plan_.whole().begin(value); p < plan_.whole().end(value); ++p) {
    // Else it is on one side of the bend, and its magnitude hardly more than the exact one.
    if (off_[p] < std::max(std::abs(ranges_[p].low), std::abs(ranges_[p].high)) / 8) continue;
    std::ranges::fill(coefficients_, 0.0);
    coefficients_[p] = 1;
    most_off_[p] = off_[p] = std::min(off_[p], before_bend(i) + double_rounding * off_[p]);
  }
}

// In a smaller box fewer sides are open, and values are less far off: from the front, if it is another box.
void MarginRoundings::see(const MarginRanges& ranges) {
  bool same = true;
  for (std::size_t from = 0; from < changed_.size(); ++from) {
    ValueRange& range = ranges_[changed_[from]];
    same = same && range.low == ranges[from].low && range.high == ranges[from].high;
    range = ranges[from];
  }
  if (same) return;
  std::vector<double> behind(off_.size());
  for (std::size_t i = 0; i < plan_.steps().size(); ++i) {
    const MarginPlan::Step& step = plan_.steps()[i];
    const Index begin = plan_.whole().begin(step.plan.output), end = plan_.whole().end(step.plan.output);
    std::fill(off_.begin() + begin, off_.begin() + end, 0.0);
    plan_.whole_links()[i].add_absolute(behind.data(), off_.data());
    for (Index p = begin; p < end; ++p) {
      const double own = step.is_function() ? 0 : roundings_[p];
      off_[p] = std::min(most_off_[p], (1 + double_rounding) * (off_[p] + own));
      const bool is_dead = step.plan.relu && evaluated(p).high <= 0;
      behind[p] = is_dead ? 0 : step.steepest() * off_[p] + (step.is_function() ? roundings_[p] : 0);
    }
  }
}

double MarginRoundings::of(int rival, const MarginRanges& ranges) {
  see(ranges);
  std::ranges::fill(coefficients_, 0.0);
  const LogitBounds& head = plan_.bounds().head();
  const int output = plan_.bounds().graph().output;
  plan_.whole().for_each(
      output, [&](Index e, Index p) { coefficients_[p] = head.weight_difference(label_, rival, e); });
  const Index begin = plan_.whole().begin(output), end = plan_.whole().end(output);
  const auto features = std::span<const double>(magnitudes_).subspan(begin, end - begin);
  const double of_head = head.own_rounding(features, label_, rival), of_bend = bend(plan_.steps().back());
  return of_head + of_bend + before_bend(plan_.steps().size() - 1);
}

// What all sums up to the step's add to the values before its bend, times their coefficients.
double MarginRoundings::before_bend(std::size_t i) {
  double off = 0;
  for (;; off += bend(plan_.steps()[--i])) {
    const MarginPlan::Step& step = plan_.steps()[i];
    if (!step.is_function()) off += counted(step.plan.output);
    // Pixels are read exactly: see MarginPlan::Step::share.
    if (step.plan.input != 0) plan_.whole_links()[i].add_back(coefficients_.data(), coefficients_.data());
    if (i == 0) return off;
  }
}

double MarginRoundings::counted(int value) const {
  double sum = 0;
  for (Index p = plan_.whole().begin(value); p < plan_.whole().end(value); ++p)
    sum += std::abs(coefficients_[p]) * roundings_[p];
  return sum;
}

ValueRange MarginRoundings::evaluated(Index p) const {
  return {ranges_[p].low - off_[p], ranges_[p].high + off_[p]};
}

bool MarginRoundings::is_open(const MarginPlan::Step& step, Index p) const {
  const auto [low, high] = evaluated(p);
  return step.is_function() || (low < 0 && high > 0);
}

// The coefficients of what is behind the step's bend become those of what is before it. What that adds.
double MarginRoundings::bend(const MarginPlan::Step& step) {
  if (!step.bends()) return 0;
  double off = step.is_function() ? counted(step.plan.output) : 0;  // it rounds its result
  for (Index p = plan_.whole().begin(step.plan.output); p < plan_.whole().end(step.plan.output); ++p) {
    if (coefficients_[p] == 0) continue;
    if (is_open(step, p)) {
      coefficients_[p] *= step.steepest() / 2;
      off += std::abs(coefficients_[p]) * off_[p];
    } else if (ranges_[p].low < 0) {
      coefficients_[p] = 0;
    }
  }
  return off;
}

}  // namespace voronet
