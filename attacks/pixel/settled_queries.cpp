#include <voronet/attacks/pixel/settled_queries.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/layers/plan/rounding.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace voronet {
namespace {

constexpr double doubt = 1e-4;  // in parts of the largest logit

class SettledQueries {
 public:
  SettledQueries(const AttackedModel& model, const data::Images& base, int label, double tau)
      : ordinary_(model.predict), quick_(model.ask_pixels(base)), base_(base), label_(label), tau_(tau) {}

  Prediction operator()(const PixelCandidates& candidates) const {
    Prediction answers = quick_(candidates);
    const std::vector<Index> open =
        visit(answers.logits.dtype(), [&](auto zero) { return doubtful<decltype(zero)>(answers); });
    if (open.empty()) return answers;
    const Prediction settled = ordinary_(changed_images(base_, candidates.select(open)));
    for (Index k = 0; k < std::ssize(open); ++k) {
      slice(answers.logits, 0, open[k], open[k] + 1).assign(slice(settled.logits, 0, k, k + 1));
      slice(answers.confidences, 0, open[k], open[k] + 1).assign(slice(settled.confidences, 0, k, k + 1));
      answers.classes[open[k]] = settled.classes[k];
    }
    return answers;
  }

 private:
  // The answers whose verdict could be another with other rounding, and those that are not finite.
  template <class T>
  std::vector<Index> doubtful(const Prediction& answers) const {
    const Index n = std::ssize(answers.classes), classes = answers.logits.dim(1);
    std::vector<Index> found;
    for (Index i = 0; i < n; ++i) {
      const T* logits = answers.logits.data<T>() + i * classes;
      const int winner = answers.classes[i];
      T second = -std::numeric_limits<T>::infinity(), magnitude = 0;
      bool finite = true;
      for (int c = 0; c < classes; ++c) {
        finite = finite && std::isfinite(logits[c]);
        if (c != winner) second = std::max(second, logits[c]);
        magnitude = std::max(magnitude, std::abs(logits[c]));
      }
      const double margin = doubt * static_cast<double>(magnitude);
      const auto near_tau = [&] {  // an error of a logit is a relative error of its confidence
        const double confidence = answers.confidences.at({i, winner});
        return !(std::abs(std::log(confidence / tau_)) >=
                 2 * margin + 4 * plan::confidence_rounding(classes));
      };
      const bool clear = finite && static_cast<double>(logits[winner] - second) >= margin;
      if (!clear || (winner != label_ && near_tau())) found.push_back(i);
    }
    return found;
  }

  Predict ordinary_;
  PixelQueries quick_;
  data::Images base_;
  int label_;
  double tau_;
};

}  // namespace

PixelQueries settled_queries(const AttackedModel& model, const data::Images& base, int label, double tau) {
  return SettledQueries(model, base, label, tau);
}

}  // namespace voronet
