#include <voronet/attacks/proof/box_bounds.h>
#include <voronet/layers/plan/rounding.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace voronet {
namespace {

// In boxes of fewer colours ranges from the front, within those of a larger box, are hardly wider than those
// from the back.
constexpr Index wide = 1 << 16;

// Of the margin to a rival that no evaluation prefers to the label anywhere in the box.
bool rules_out(const BoxMargin& margin, const ColourBox& box) {
  return margin.over(box).low > margin.rounding;
}

}  // namespace

Cut best_cut(const ColourBox& box, const BoundedBox& within) {
  const BoxMargin& weakest = *std::ranges::min_element(
      within.margins, {}, [&](const BoxMargin& margin) { return margin.over(box).low; });
  Cut cut;
  double most = -1;
  for (Index c = 0; c < box.channels; ++c) {
    if (box.high[c] == box.low[c]) continue;
    // Where margins are flat, as behind ReLUs that bounds leave open, the longest side.
    const double pull = (std::abs(weakest.slopes[c]) + 1e-12) * box.half(c);
    if (pull > most) cut = {c, weakest.slopes[c] > 0}, most = pull;
  }
  return cut;
}

BoxBounds::BoxBounds(Workplace& by, const FlipRule& rule, std::span<const Index> positions, double doubt)
    : by_(by), rule_(rule), positions_(positions), doubt_(doubt) {}

std::shared_ptr<BoundedBox> BoxBounds::all(Index channels) {
  auto result = std::make_shared<BoundedBox>(BoundedBox{ColourBox::of_all(channels)});
  const plan::AffineForms& features = by_.place(positions_);
  for (int k = 0; k < by_.head.classes(); ++k)
    if (k != rule_.label)
      keep(of_features(result->box, by_.head.difference(features, rule_.label, k), k), *result);
  if (by_.margins == nullptr) return result;
  if (!result->margins.empty()) by_.margins->tighten();
  result->ranges = by_.margins->all();
  for (const BoxMargin& forward : std::exchange(result->margins, {})) {
    BoxMargin margin = of_back(result->box, forward, result->ranges);
    const double low = margin.over(result->box).low;  // else most smaller boxes need no more
    round_less(result->box, result->ranges, low > 0 ? low : std::numeric_limits<double>::infinity(), margin);
    keep(margin, *result);
  }
  return result;
}

std::shared_ptr<BoundedBox> BoxBounds::bounded(const ColourBox& box, const BoundedBox& within,
                                               bool rounds_less) {
  auto result = std::make_shared<BoundedBox>(BoundedBox{box});
  result->others = within.others;
  const auto colours = box.ranges();
  if (by_.margins != nullptr) {
    result->ranges = by_.margins->ranges(colours, within.ranges);
    if (box.size() >= wide) by_.margins->tighten(colours, result->ranges);
    for (const BoxMargin& known : within.margins) {
      if (rules_out(known, box)) {
        keep(known, *result);
        continue;
      }
      BoxMargin margin = of_back(box, known, result->ranges);
      const auto [low, high] = margin.over(box);
      if (rounds_less && (low > 0 || high < 0 || box.size() <= box_of_ties))
        round_less(box, result->ranges, std::max(low, -high), margin);
      keep(margin, *result);
    }
  } else {
    const plan::AffineForms& features = by_.bounds.features(positions_, colours);
    for (const BoxMargin& margin : within.margins)
      keep(of_features(box, by_.head.difference(features, rule_.label, margin.rival), margin.rival), *result);
  }
  return result;
}

void BoxBounds::keep(const BoxMargin& margin, BoundedBox& bounded) {
  if (rules_out(margin, bounded.box)) {
    const double low = margin.over(bounded.box).low;
    bounded.others += std::exp(margin.rounding - low);
    bounded.least = std::min(bounded.least, low);
  } else {
    bounded.margins.push_back(margin);
  }
}

BoxMargin BoxBounds::of_features(const ColourBox& box, const QuadraticBound& bound, int rival) const {
  BoxMargin margin{.rival = rival,
                   .least_noise = bound.rounding * plan::double_rounding + doubt_,
                   .rounding = bound.rounding};
  margin.noise = bound.radius;
  if (box.channels == 1)
    // A parabola lies within its greatest height of the line.
    margin.noise += std::abs(bound.curvature);
  else
    for (const double slope : bound.slopes) margin.noise -= std::abs(slope);
  set_slopes(box, bound.constant, bound.slopes, margin);
  return margin;
}

// known: of a box that holds this one. As long as that shows no flip here, none is expected.
BoxMargin BoxBounds::of_back(const ColourBox& box, const BoxMargin& known, const MarginRanges& ranges) const {
  const bool some_flip = known.over(box).low + 2 * known.noise < 0;
  const plan::LinearBound bound = by_.margins->margin(known.rival, box.ranges(), ranges,
                                                      some_flip ? plan::Tight::both : plan::Tight::below);
  BoxMargin margin{.rival = known.rival,
                   .noise = bound.noise,
                   .least_noise = known.least_noise,
                   .rounding = known.rounding};
  set_slopes(box, bound.constant, bound.slopes, margin);
  return margin;
}

// What floats round in this box, if it matters there, and hard to bound if that is more than enough.
void BoxBounds::round_less(const ColourBox& box, const MarginRanges& ranges, double enough,
                           BoxMargin& margin) const {
  const auto [low, high] = margin.over(box);
  if (low <= margin.rounding && high >= -margin.rounding)
    margin.rounding = std::min(margin.rounding, by_.margins->rounding(margin.rival, ranges, enough));
}

// slopes: from the box's middle to its ends; of bounds that know nothing there are none.
void BoxBounds::set_slopes(const ColourBox& box, double at_middle, const std::vector<double>& slopes,
                           BoxMargin& margin) const {
  margin.at_black = at_middle;
  for (std::size_t c = 0; c < slopes.size(); ++c) {
    const auto channel = static_cast<Index>(c);
    if (box.half(channel) == 0) continue;
    margin.slopes[c] = slopes[c] / box.half(channel);
    margin.at_black -= margin.slopes[c] * box.middle(channel);
  }
  margin.noise = std::max(margin.noise, 0.0) + margin.least_noise;
}

Claim BoxBounds::confidence(BoundedBox& box) {
  if (!rule_.tau) return Claim::no;
  if (!box.confident) {
    const bool surely = by_.head.softmax() && least_log_confidence(box) > std::log(*rule_.tau);
    box.confident = surely ? Claim::yes : confidence_by_features(box);
  }
  return *box.confident;
}

// The class that wins is one of the rivals.
Claim BoxBounds::confidence_by_features(const BoundedBox& box) {
  const plan::AffineForms& features = by_.bounds.features(positions_, box.box.ranges());
  const double least = std::log(*rule_.tau);
  bool all = true, none = true;
  for (const BoxMargin& margin : box.margins) {
    all = all && by_.head.log_confidence_lower(features, margin.rival) > least;
    none = none && by_.head.log_confidence_upper(features, margin.rival) <= least;
  }
  return all ? Claim::yes : none ? Claim::no : Claim::maybe;
}

// Of a flip's class, whose logit is the largest: the label's and those of the rivals that are left are no
// larger, and the others are less by their margins to the label; but for rounding, of two margins each.
double BoxBounds::least_log_confidence(const BoundedBox& box) const {
  double rounding = 0;
  for (const BoxMargin& margin : box.margins) rounding = std::max(rounding, margin.rounding);
  const double left = static_cast<double>(box.margins.size()) - 1;
  const double sum = std::exp(rounding) * (1 + left * std::exp(rounding) + box.others);
  return -std::log1p(sum) - plan::confidence_rounding(by_.head.classes());
}

}  // namespace voronet
