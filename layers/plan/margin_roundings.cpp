#include <voronet/layers/plan/margin_roundings.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace voronet {

using namespace plan;

namespace {

constexpr std::size_t at_once = 8;  // values that are followed back

MarginRanges points_of(const MarginPlan::Base& base) {
  MarginRanges points;
  for (const double value : base.before) points.push_back({value, value});
  return points;
}

}  // namespace

MarginRoundings::MarginRoundings(const MarginPlan& plan, const MarginPlan::Base& base, int label)
    : plan_(plan), base_(base), label_(label) {}

void MarginRoundings::place(const MarginPlace& place) {
  place_ = &place;
  changed_.clear();
  all_ = {base_.off, place.magnitudes, base_.roundings};
  ranges_ = points_of(base_);
  for (int value = 0; value < std::ssize(plan_.bounds().maps()); ++value)
    place.maps.for_each(value, [&](Index e, Index from) {
      const Index p = plan_.whole().begin(value) + e;
      changed_.push_back(p);
      all_.off[p] = place.off[from];
      all_.roundings[p] = place.roundings[from];
      ranges_[p] = place.ranges[from];
    });
  of_front_ = all_.off;
  known_ = all_;
  is_refined_ = false;
}

void MarginRoundings::refine() {
  refine(place_->ranges);
  all_ = known_;
}

void MarginRoundings::refine(const MarginRanges& ranges) {
  if (image_.off.empty()) image_ = refined_image();
  if (!see(ranges) && is_refined_) return;
  known_ = image_;
  for (const Index p : changed_) {
    known_.off[p] = all_.off[p];
    known_.magnitudes[p] = all_.magnitudes[p];
    known_.roundings[p] = all_.roundings[p];
  }
  std::vector<double> smaller(ranges_.size());
  for (std::size_t p = 0; p < ranges_.size(); ++p) smaller[p] = all_.magnitudes[p] - known_.magnitudes[p];
  follow(&smaller);
  is_refined_ = true;
}

MarginRoundings::Known MarginRoundings::refined_image() const {
  MarginRoundings image(plan_, base_, label_);
  image.changed_.resize(ranges_.size());
  std::iota(image.changed_.begin(), image.changed_.end(), 0);
  image.ranges_ = points_of(base_);
  image.of_front_ = base_.off;
  image.known_ = {base_.off, base_.magnitudes, base_.roundings};
  std::vector<double> smaller(ranges_.size());
  image.follow(&smaller);
  return image.known_;
}

std::span<const Index> MarginRoundings::changed(int value) const {
  const PackedMaps& maps = place_ == nullptr ? plan_.whole() : place_->maps;
  return std::span(changed_).subspan(maps.begin(value), maps.end(value) - maps.begin(value));
}

// Whether these are other ranges than those that are known.
bool MarginRoundings::see(const MarginRanges& ranges) {
  bool others = false;
  for (std::size_t from = 0; from < changed_.size(); ++from) {
    ValueRange& range = ranges_[changed_[from]];
    others = others || range.low != ranges[from].low || range.high != ranges[from].high;
    range = ranges[from];
  }
  return others;
}

// How far values are off in these ranges: of fewer colours fewer sides are open, and values are less far off.
// From the front; and from the back if it is given by how much values' magnitudes are smaller than those that
// roundings were found with.
void MarginRoundings::follow(std::vector<double>* smaller) {
  std::vector<double> saved(smaller == nullptr ? 0 : smaller->size());
  behind_.assign(ranges_.size(), 0.0);
  std::vector<double> from_front(ranges_.size());
  for (std::size_t i = 0; i < plan_.steps().size(); ++i) {
    const MarginPlan::Step& step = plan_.steps()[i];
    const Links& links = plan_.whole_links()[i];
    const Index begin = plan_.whole().begin(step.plan.output), end = plan_.whole().end(step.plan.output);
    if (smaller != nullptr && step.share > 0) {
      links.add_absolute(smaller->data(), saved.data());
      for (const Index p : changed(step.plan.output)) known_.roundings[p] -= step.share * saved[p];
    }
    links.add_absolute(behind_.data(), from_front.data());
    for (Index p = begin; p < end; ++p) {
      const double own = step.is_function() ? 0 : known_.roundings[p];
      known_.off[p] = std::min(known_.off[p], (1 + double_rounding) * (from_front[p] + own));
    }
    if (smaller != nullptr && step.bends()) refine_off(i, *smaller);
    for (Index p = begin; p < end; ++p) {
      const bool is_dead = step.plan.relu && evaluated(p).high <= 0;
      behind_[p] =
          is_dead ? 0 : step.steepest() * known_.off[p] + (step.is_function() ? known_.roundings[p] : 0);
    }
  }
}

// Of values before the step's bend; and of their magnitudes behind it.
void MarginRoundings::refine_off(std::size_t i, std::vector<double>& smaller) {
  const MarginPlan::Step& step = plan_.steps()[i];
  std::vector<Index> far;
  // The others' magnitudes are at most twice the exact ones.
  for (const Index p : changed(step.plan.output))
    if (is_open(step, p)) far.push_back(p);
  for (std::size_t first = 0; first < far.size(); first += at_once) {
    const auto some = std::span(far).subspan(first, std::min(at_once, far.size() - first));
    coefficients_.assign(ranges_.size() * at_once, 0.0);
    for (std::size_t l = 0; l < some.size(); ++l) coefficients_[some[l] * at_once + l] = 1;
    const std::array<double, at_once> off = before_bend<at_once>(i);
    for (std::size_t l = 0; l < some.size(); ++l) {
      double& known = known_.off[some[l]];
      known = std::min(known, off[l] + double_rounding * of_front_[some[l]]);
    }
  }
  for (const Index p : changed(step.plan.output)) {
    const auto [low, high] = step.after(evaluated(p));
    smaller[p] = std::max(0.0, known_.magnitudes[p] - larger(std::abs(low), std::abs(high)));
    known_.magnitudes[p] -= smaller[p];
  }
}

double MarginRoundings::of(int rival, const MarginRanges& ranges) {
  if (see(ranges)) {
    known_ = all_;
    is_refined_ = false;
    follow(nullptr);
  }
  coefficients_.assign(ranges_.size(), 0.0);
  const LogitBounds& head = plan_.bounds().head();
  const int output = plan_.bounds().graph().output;
  plan_.whole().for_each(
      output, [&](Index e, Index p) { coefficients_[p] = head.weight_difference(label_, rival, e); });
  const Index begin = plan_.whole().begin(output), end = plan_.whole().end(output);
  const auto features = std::span<const double>(known_.magnitudes).subspan(begin, end - begin);
  std::array<double, 1> of_bend = {};
  bend<1>(plan_.steps().back(), of_bend);
  return head.own_rounding(features, label_, rival) + of_bend[0] +
         before_bend<1>(plan_.steps().size() - 1)[0];
}

// What all sums up to the step's add to functions of the values before its bend, times their coefficients.
template <std::size_t lanes>
std::array<double, lanes> MarginRoundings::before_bend(std::size_t i) {
  std::array<double, lanes> off = {};
  for (;; bend<lanes>(plan_.steps()[--i], off)) {
    const MarginPlan::Step& step = plan_.steps()[i];
    if (!step.is_function()) count<lanes>(step.plan.output, off);
    // Pixels are read exactly: see MarginPlan::Step::share.
    if (step.plan.input != 0)
      plan_.whole_links()[i].add_back<lanes>(coefficients_.data(), coefficients_.data());
    if (i == 0) return off;
  }
}

// What each value of these rounds, times its coefficients.
template <std::size_t lanes>
void MarginRoundings::count(int value, std::array<double, lanes>& off) const {
  for (Index p = plan_.whole().begin(value); p < plan_.whole().end(value); ++p)
    for (std::size_t l = 0; l < lanes; ++l)
      off[l] += std::abs(coefficients_[p * lanes + l]) * known_.roundings[p];
}

ValueRange MarginRoundings::evaluated(Index p) const {
  return {ranges_[p].low - known_.off[p], ranges_[p].high + known_.off[p]};
}

bool MarginRoundings::is_open(const MarginPlan::Step& step, Index p) const {
  const auto [low, high] = evaluated(p);
  return step.is_function() || (low < 0 && high > 0);
}

// The coefficients of what is behind the step's bend become those of what is before it.
template <std::size_t lanes>
void MarginRoundings::bend(const MarginPlan::Step& step, std::array<double, lanes>& off) {
  if (!step.bends()) return;
  if (step.is_function()) count<lanes>(step.plan.output, off);  // it rounds its result
  for (Index p = plan_.whole().begin(step.plan.output); p < plan_.whole().end(step.plan.output); ++p) {
    double* own = &coefficients_[p * lanes];
    const bool open = is_open(step, p);
    if (!open && ranges_[p].low >= 0) continue;
    for (std::size_t l = 0; l < lanes; ++l) {
      own[l] *= open ? step.steepest() / 2 : 0;
      off[l] += std::abs(own[l]) * known_.off[p];
    }
  }
}

}  // namespace voronet
