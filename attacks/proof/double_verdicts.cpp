#include <voronet/attacks/proof/box_search.h>
#include <voronet/attacks/proof/double_verdicts.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/layers/plan/rounding.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace voronet {
namespace {

constexpr double usual_doubt = 1e-5;  // in parts of the largest logit
// In parts of a logit's rounding: the margin is of two logits, and doubles are off, too.
constexpr double proven_doubt = 2 * (1 + plan::double_rounding);

}  // namespace

DoubleVerdicts::DoubleVerdicts(const ProvableNetwork& network, const AttackedModel& model,
                               const data::Images& image, const FlipRule& rule, std::vector<double> roundings,
                               Workplaces& workplaces)
    : network_(network),
      predict_(model.predict),
      image_(image),
      rule_(rule),
      workplaces_(workplaces),
      queries_(network.pixels_in_double(image)) {
  if (!roundings.empty() && image.channels == 1) {
    roundings_ = std::move(roundings);
    return;
  }
  for (const double logit : model.predict(image).logits.to_vector())
    doubt_ = std::max(doubt_, usual_doubt * std::abs(logit));
}

Prediction DoubleVerdicts::operator()(const PixelCandidates& candidates) const {
  Prediction answers = queries_(candidates);
  std::vector<Index> close;
  for (Index i = 0; i < candidates.count(); ++i) {
    const double doubt = doubt_at(candidates.positions[i]);
    const int winner = answers.classes[i];
    const bool near_tau =
        winner != rule_.label && confident(answers.confidence(i, winner), doubt) == Claim::maybe;
    if (near_tau || !(std::abs(margin(answers, i)) > doubt)) close.push_back(i);
  }
  if (close.empty()) return answers;
  const Prediction own = predict_(changed_images(image_, candidates.select(close)));
  const Tensor confidences = own.confidences.to(Dtype::f64);
  for (Index k = 0; k < std::ssize(close); ++k) {
    answers.classes[close[k]] = own.classes[k];
    slice(answers.confidences, 0, close[k], close[k] + 1).assign(slice(confidences, 0, k, k + 1));
  }
  return answers;
}

bool DoubleVerdicts::near_tie(const Prediction& answers, const PixelCandidates& candidates, Index i,
                              const Place& place, double rounding) {
  constexpr double more = 1 + plan::double_rounding;
  const std::size_t each = candidates.values.size() / candidates.count();
  const auto colour = std::span(candidates.values).subspan(i * each, each);
  bool near = false;
  for (int k = 0; k < network_.bounds().head().classes(); ++k) {
    if (k == rule_.label) continue;
    const double above = margin(answers, i, k);
    if (above > 2 * more * rounding) continue;
    const double most = more * margin_rounding(colour, place, k);
    if (above < -most) return false;  // a flip in every evaluation
    near = near || !(above > most);
  }
  return near;
}

bool DoubleVerdicts::confident_rival(const Prediction& answers, Index i, double rounding) const {
  bool may = false;
  for (int k = 0; k < network_.bounds().head().classes(); ++k)
    may = may ||
          (k != rule_.label && confident(answers.confidence(i, k), proven_doubt * rounding) != Claim::no);
  return may;
}

// Of a place that has this colour.
double DoubleVerdicts::margin_rounding(std::span<const std::uint8_t> colour, const Place& place, int rival) {
  std::vector<ValueRange> at;
  for (const std::uint8_t value : colour) at.push_back({value / 255.0, value / 255.0});
  double rounding = 0;
  workplaces_.with_one([&](Workplace& by) {
    if (by.from_back && by.placed != place.front()) by.place(place);
    rounding = by.margins != nullptr
                   ? by.margins->rounding(rival, by.margins->ranges(at, by.margins->all()), 0)
                   : by.head.difference(by.bounds.features(place, at), rule_.label, rival).rounding;
  });
  return rounding;
}

double DoubleVerdicts::margin(const Prediction& answers, Index i, int rival) const {
  const double* logits = answers.logits.data<double>() + i * network_.bounds().head().classes();
  return logits[rule_.label] - logits[rival];
}

// The label's logit less the largest other one.
double DoubleVerdicts::margin(const Prediction& answers, Index i) const {
  double least = std::numeric_limits<double>::infinity();
  for (int k = 0; k < network_.bounds().head().classes(); ++k)
    if (k != rule_.label) least = std::min(least, margin(answers, i, k));
  return least;
}

double DoubleVerdicts::doubt_at(Index position) const {
  return roundings_.empty() ? doubt_ : proven_doubt * roundings_[position];
}

// Whether a confidence is above tau, in the model's as well, whose logits may be off by `doubt`.
Claim DoubleVerdicts::confident(double confidence, double doubt) const {
  if (!rule_.tau) return Claim::no;
  const double above = std::log(confidence / *rule_.tau),
               slack = 2 * doubt + 4 * plan::confidence_rounding(network_.bounds().head().classes());
  return above > slack ? Claim::yes : above < -slack ? Claim::no : Claim::maybe;
}

}  // namespace voronet
