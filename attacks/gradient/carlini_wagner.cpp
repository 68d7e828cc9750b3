#include <voronet/attacks/gradient/carlini_wagner.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>

#include <cmath>
#include <functional>

namespace voronet {
namespace {

void check(const CarliniWagner& o) {
  require(o.iterations >= 1 && o.rounds >= 1, "Carlini-Wagner: ", o.rounds, " rounds of ", o.iterations,
          " iterations, at least 1 is needed");
  require(o.margin >= 0 && std::isfinite(o.margin), "Carlini-Wagner: margin ", o.margin,
          " is below 0 or infinite");
  require(o.first_weight > 0 && o.rate > 0, "Carlini-Wagner: weight ", o.first_weight, " and rate ", o.rate,
          " must be above 0");
}

constexpr double largest_slope = 1e18;  // Adam's squares of larger ones overflow a float

// (1 + tanh w) / 2.
Tensor image_of(const Tensor& w) { return sigmoid(2.0 * w); }

// Its inverse; a little inside, since 0 and 1 lie at infinity.
Tensor variable_of(const Tensor& image) {
  const Tensor inside = (2.0 * image - 1) * (1 - 1e-6);
  return 0.5 * log((1 + inside) / (1 - inside));
}

// The weight c of each image, from round to round.
class Weights {
 public:
  Weights(Index images, double first) : states_(images, {first, 0, -1}) {}
  Tensor tensor(Dtype dtype) const {
    std::vector<double> values;
    for (const State& state : states_) values.push_back(state.weight);
    return from(values, {std::ssize(values)}, dtype);
  }
  void next(const std::vector<bool>& succeeded) {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      auto& [weight, failed, success] = states_[i];
      (succeeded[i] ? success : failed) = weight;
      weight = success < 0 ? 10 * weight : (failed + success) / 2;
    }
  }

 private:
  struct State {
    double weight, failed, success;  // success < 0: none yet
  };
  std::vector<State> states_;
};

// Adam (Kingma, Ba, ICLR 2015) on one tensor.
class Adam {
 public:
  Adam(const Tensor& start, double rate)
      : rate_(rate), mean_(zeros(start.shape(), start.dtype())), square_(mean_.clone()) {}
  Tensor step(const Tensor& w, const Tensor& gradient) {
    ++steps_;
    mean_ = 0.9 * mean_ + 0.1 * gradient;
    square_ = 0.999 * square_ + 0.001 * square(gradient);
    const Tensor scale = sqrt(square_ / (1 - std::pow(0.999, steps_))) + 1e-8;
    return w - rate_ * (mean_ / (1 - std::pow(0.9, steps_))) / scale;
  }

 private:
  double rate_;
  int steps_ = 0;
  Tensor mean_, square_;
};

void approach(const CarliniWagner& options, Classifier& model, const Tensor& clean,
              std::span<const AttackJob> jobs, BatchWatch& watch) {
  const Aims aims = aims_of(jobs, clean.dtype());
  const Tensor signs = reshape(aims.signs, {-1}), start = variable_of(clean), origin = image_of(start);
  const Tensor aimed = one_hot(aims.classes, model.config().classes, clean.dtype());
  if (!options.rules.only_result) watch.prefer_confident();
  Weights weights(clean.dim(0), options.first_weight);

  for (Index round = 0; round < options.rounds; ++round) {
    const Tensor c = weights.tensor(clean.dtype());
    std::vector<bool> succeeded(jobs.size());
    Adam adam(start, options.rate);
    Tensor w = variable(start);
    for (Index iteration = 0; iteration < options.iterations; ++iteration) {
      const Tensor images = image_of(w), logits = model(images);
      // What is left to gain: at most 0 when there is nothing.
      const Tensor lack = signs * margins(logits, aimed) + options.margin;
      const Tensor distance = sum(square(images - origin), {1, 2, 3});
      watch.count();
      watch.look(answers_of(model, logits), images.detach(), [&](Index i) -> std::optional<double> {
        if (options.rules.only_result && !(lack.at(i) < 0)) return {};  // nor of NaN
        return -distance.at(i);
      });
      for (std::size_t i = 0; i < jobs.size(); ++i)
        if (lack.at(static_cast<Index>(i)) < 0) succeeded[i] = true;
      const Tensor gradient = grad(sum(c * relu(lack) + distance), {w})[0];
      w = variable(adam.step(w.detach(), clamp(finite_part(gradient), -largest_slope, largest_slope)));
    }
    weights.next(succeeded);
  }
}

}  // namespace

std::vector<AttackRow> attack(const CarliniWagner& options, Classifier& model, const data::Images& images,
                              std::span<const AttackJob> jobs) {
  check(options);
  return attack_in_pieces(model, images, jobs, options.rules.tau, 0,
                          std::bind_front(approach, std::cref(options), std::ref(model)));
}

std::string threat_model(const CarliniWagner& o) {
  return text(gradient_rules("change all values by any amount, as little as it can in the norm L2", o.rules),
              " The search is Carlini-Wagner's (", o.rounds, " rounds of ", o.iterations,
              " iterations, margin ", o.margin, " of the logits, Adam at rate ", o.rate,
              "): an image that it does not flip is not proved safe.");
}

}  // namespace voronet
