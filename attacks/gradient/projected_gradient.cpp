#include <voronet/attacks/gradient/projected_gradient.h>
#include <voronet/attacks/gradient/step_halving.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>

#include <functional>

namespace voronet {
namespace {

void check(const ProjectedGradient& o) {
  require(o.epsilon > 0 && o.epsilon <= largest_epsilon, o.name, ": epsilon ", o.epsilon,
          " is not above 0 and at most ", largest_epsilon);
  require(o.steps >= 1, o.name, ": ", o.steps, " steps, at least 1 is needed");
  require(o.step_size > 0 && o.step_size <= largest_epsilon, o.name, ": a step size of ", o.step_size,
          " is not above 0 and at most ", largest_epsilon);
  require(o.sparsity >= 0 && o.sparsity < 1, o.name, ": sparsity ", o.sparsity, " is not in 0..1");
  require(o.restarts >= 1, o.name, ": ", o.restarts, " runs, at least 1 is needed");
  require(!o.apgd || (o.norm != Norm::l1 && !o.rules.only_result), o.name,
          ": APGD's steps are for Linf and L2, and every image on the way is judged");
}

bool is_random(const ProjectedGradient& options) { return options.random_start || options.restarts > 1; }

// Cross-entropy of logits whose largest is 0, which changes neither value nor gradient, but how a confident
// class's log-probability is rounded: to its own last digit, not to that of a large logit. Where it would
// round to 0 there would be no slope to climb.
Tensor shifted_cross_entropy(const Tensor& logits, const std::vector<int>& classes) {
  return cross_entropy(logits - max(logits.detach(), 1, Dims::keep), classes);
}

Tensor loss_of(const ProjectedGradient& options, const Tensor& logits, const std::vector<int>& classes) {
  return options.loss ? (*options.loss)(logits, classes) : shifted_cross_entropy(logits, classes);
}

// The answers to images, and the slope of what the attack wants.
std::pair<Prediction, Tensor> ask_with_slope(const ProjectedGradient& options, Classifier& model,
                                             const Tensor& images, const Aims& aims) {
  const Tensor x = variable(images);
  const Tensor logits = model(x);
  const Tensor gradient = grad(loss_of(options, logits, aims.classes), {x})[0];
  return {answers_of(model, logits), aims.signs * finite_part(gradient)};
}

Tensor first_change(const ProjectedGradient& options, const Tensor& clean, std::span<const AttackJob> jobs,
                    std::uint64_t run) {
  const Tensor change = zeros(clean.shape(), clean.dtype());
  for (Index i = 0; (options.random_start || run > 0) && i < clean.dim(0); ++i) {
    Random random(options.seed, static_cast<std::uint64_t>(jobs[i].index) + (run << 32));
    slice(change, 0, i, i + 1)
        .assign(random_point(options.norm, clean.shape().with(0, 1), options.epsilon, random, clean.dtype()));
  }
  return clamp(clean + change, 0, 1) - clean;
}

// Where a step along the slope leaves [0, 1] at once it would be clipped back: the slope counts as 0 there.
Tensor without_dead_ends(const Tensor& slope, const Tensor& images) {
  const Tensor up = greater(slope, 0) * less(images, 1), down = less(slope, 0) * greater(images, 0);
  return slope * (up + down);
}

// Both the ball and [0, 1] hold: the projections onto the balls only shorten entries, and so keep images that
// lie between clean ones and clipped ones; the clipping likewise.
Tensor within(const ProjectedGradient& options, const Tensor& clean, const Tensor& change) {
  return clamp(clean + project(options.norm, change, options.epsilon), 0, 1) - clean;
}

Tensor stepped(const ProjectedGradient& options, const Tensor& clean, const Tensor& change,
               const Tensor& slope) {
  const Tensor open = options.norm == Norm::l1 ? without_dead_ends(slope, clean + change) : slope;
  return within(options, clean, change + options.step_size * steepest(options.norm, open, options.sparsity));
}

// The steps of APGD, of each image of a batch by what its loss was.
class HalvedSteps {
 public:
  HalvedSteps(const ProjectedGradient& options, const Tensor& clean)
      : options_(options),
        clean_(clean),
        halvings_(clean.dim(0), StepHalving(options.steps, 2 * options.epsilon)) {}

  // From a change, with the slope there and what the attack wants to be large.
  Tensor next(const Tensor& change, const Tensor& slope, const std::vector<double>& losses) {
    for (std::size_t i = 0; i < losses.size(); ++i) halvings_[i].look(losses[i]);
    const bool first = !best_.defined();
    const Tensor better = of_all(&StepHalving::best), halved = of_all(&StepHalving::halved);
    best_ = first ? change : where(better, change, best_);
    best_slope_ = first ? slope : where(better, slope, best_slope_);
    const Tensor here = where(halved, best_, change), along = where(halved, best_slope_, slope);
    const Tensor target =
        within(options_, clean_, here + of_all(&StepHalving::size) * steepest(options_.norm, along));
    const Tensor moved =
        first ? target : within(options_, clean_, here + 0.75 * (target - here) + 0.25 * (here - previous_));
    previous_ = here;
    return moved;
  }

 private:
  Tensor of_all(auto value) const {
    std::vector<double> values;
    for (const StepHalving& each : halvings_) values.push_back(std::invoke(value, each));
    return from(values, {std::ssize(values), 1, 1, 1}, clean_.dtype());
  }

  const ProjectedGradient& options_;
  const Tensor& clean_;
  std::vector<StepHalving> halvings_;
  Tensor best_, best_slope_, previous_;  // where the loss was largest; where the last step began
};

// Image by image, what the attack wants to be large.
std::vector<double> losses_of(const ProjectedGradient& options, const Tensor& logits, const Aims& aims) {
  const NoGrad scope;
  std::vector<double> losses;
  for (Index i = 0; i < logits.dim(0); ++i)
    losses.push_back(aims.signs.at(i) *
                     loss_of(options, slice(logits, 0, i, i + 1), {aims.classes[i]}).at(0));
  return losses;
}

void climb(const ProjectedGradient& options, Classifier& model, const Tensor& clean,
           std::span<const AttackJob> jobs, Index run, BatchWatch& watch) {
  const Aims aims = aims_of(jobs, clean.dtype());
  Tensor change = first_change(options, clean, jobs, static_cast<std::uint64_t>(run));
  HalvedSteps halved(options, clean);
  for (Index step = 0; step < options.steps; ++step) {
    const Tensor images = clean + change;
    const auto [answers, slope] = ask_with_slope(options, model, images, aims);
    watch.count();
    if (!options.rules.only_result) watch.look(answers, images);
    change = options.apgd ? halved.next(change, slope, losses_of(options, answers.logits, aims))
                          : stepped(options, clean, change, slope);
  }
  const NoGrad scope;
  const Tensor images = clean + change;
  watch.count();
  watch.look(answers_of(model, model(images)), images);
}

void climb_again_and_again(const ProjectedGradient& options, Classifier& model, const Tensor& clean,
                           std::span<const AttackJob> jobs, BatchWatch& watch) {
  climb(options, model, clean, jobs, 0, watch);
  for (Index run = 1; run < options.restarts; ++run) {
    const std::vector<int> open = watch.unflipped();
    if (open.empty()) return;
    std::vector<AttackJob> open_jobs;
    for (const int i : open) open_jobs.push_back(jobs[i]);
    watch.only(open);
    climb(options, model, rows(clean, open), open_jobs, run, watch);
  }
}

}  // namespace

ProjectedGradient fgsm(double epsilon) {
  return {.name = "FGSM", .epsilon = epsilon, .steps = 1, .step_size = epsilon};
}

ProjectedGradient pgd_linf() { return {.name = "Linf-PGD"}; }

ProjectedGradient pgd_l2() { return {.name = "L2-PGD", .norm = Norm::l2}; }

ProjectedGradient apgd_linf() { return {.name = "Linf-APGD", .apgd = true}; }

ProjectedGradient apgd_l2() { return {.name = "L2-APGD", .norm = Norm::l2, .apgd = true}; }

ProjectedGradient sparse_l1() {
  return {.name = "Sparse L1 descent", .norm = Norm::l1, .epsilon = 10, .step_size = 1};
}

std::vector<AttackRow> attack(const ProjectedGradient& options, Classifier& model, const data::Images& images,
                              std::span<const AttackJob> jobs) {
  check(options);
  const std::uint64_t seed = is_random(options) ? options.seed : 0;
  return attack_in_pieces(model, images, jobs, options.rules.tau, seed,
                          std::bind_front(climb_again_and_again, std::cref(options), std::ref(model)));
}

std::string threat_model(const ProjectedGradient& o) {
  const std::string change =
      text("change all values by at most ", o.epsilon, " in the norm ", name_of(o.norm));
  const std::string start = o.random_start ? ", random start" : "";
  return text(gradient_rules(change, o.rules), " The search is ", o.name, " (", o.steps,
              o.steps == 1 ? " step of " : " steps of ", o.apgd ? 2 * o.epsilon : o.step_size,
              o.apgd ? ", halved by APGD's rule" : "", start,
              o.restarts > 1 ? text(", ", o.restarts, " runs, all but the first from random starts") : "",
              is_random(o) ? text(", seed ", o.seed) : "", ", by ", o.loss_name,
              "): an image that it does not flip is not proved safe.");
}

}  // namespace voronet
