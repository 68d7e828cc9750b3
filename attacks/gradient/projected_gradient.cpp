#include <voronet/attacks/gradient/projected_gradient.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>

namespace voronet {
namespace {

void check(const ProjectedGradient& o) {
  require(o.epsilon > 0 && o.epsilon <= largest_epsilon, o.name, ": epsilon ", o.epsilon,
          " is not above 0 and at most ", largest_epsilon);
  require(o.steps >= 1, o.name, ": ", o.steps, " steps, at least 1 is needed");
  require(o.step_size > 0 && o.step_size <= largest_epsilon, o.name, ": a step size of ", o.step_size,
          " is not above 0 and at most ", largest_epsilon);
  require(o.sparsity >= 0 && o.sparsity < 1, o.name, ": sparsity ", o.sparsity, " is not in 0..1");
}

// Cross-entropy of logits whose largest is 0, which changes neither value nor gradient, but how a confident
// class's log-probability is rounded: to its own last digit, not to that of a large logit. Where it would
// round to 0 there would be no slope to climb.
Tensor shifted_cross_entropy(const Tensor& logits, const std::vector<int>& classes) {
  return cross_entropy(logits - max(logits.detach(), 1, Dims::keep), classes);
}

// The answers to images, and the gradient of their loss.
std::pair<Prediction, Tensor> ask_with_gradient(const ProjectedGradient& options, Classifier& model,
                                                const Tensor& images, const std::vector<int>& classes) {
  const Tensor x = variable(images);
  const Tensor logits = model(x);
  const Tensor loss =
      options.loss ? (*options.loss)(logits, classes) : shifted_cross_entropy(logits, classes);
  return {answers_of(model, logits), finite_part(grad(loss, {x})[0])};
}

Tensor first_change(const ProjectedGradient& options, const Tensor& clean, std::span<const AttackJob> jobs) {
  const Tensor change = zeros(clean.shape(), clean.dtype());
  for (Index i = 0; options.random_start && i < clean.dim(0); ++i) {
    Random random(options.seed, static_cast<std::uint64_t>(jobs[i].index));
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
Tensor stepped(const ProjectedGradient& options, const Tensor& clean, const Tensor& change,
               const Tensor& slope) {
  const Tensor open = options.norm == Norm::l1 ? without_dead_ends(slope, clean + change) : slope;
  const Tensor moved = change + options.step_size * steepest(options.norm, open, options.sparsity);
  const Tensor clipped = clamp(clean + project(options.norm, moved, options.epsilon), 0, 1) - clean;
  return clipped;
}

void climb(const ProjectedGradient& options, Classifier& model, const Tensor& clean,
           std::span<const AttackJob> jobs, BatchWatch& watch) {
  const Aims aims = aims_of(jobs, clean.dtype());
  Tensor change = first_change(options, clean, jobs);
  for (Index step = 0; step < options.steps; ++step) {
    const Tensor images = clean + change;
    const auto [answers, gradient] = ask_with_gradient(options, model, images, aims.classes);
    watch.count();
    if (!options.rules.only_result) watch.look(answers, images);
    change = stepped(options, clean, change, aims.signs * gradient);
  }
  const NoGrad scope;
  const Tensor images = clean + change;
  watch.count();
  watch.look(answers_of(model, model(images)), images);
}

}  // namespace

ProjectedGradient fgsm(double epsilon) {
  return {.name = "FGSM", .epsilon = epsilon, .steps = 1, .step_size = epsilon};
}

ProjectedGradient pgd_linf() { return {.name = "Linf-PGD"}; }

ProjectedGradient pgd_l2() { return {.name = "L2-PGD", .norm = Norm::l2}; }

ProjectedGradient sparse_l1() {
  return {.name = "Sparse L1 descent", .norm = Norm::l1, .epsilon = 10, .step_size = 1};
}

std::vector<AttackRow> attack(const ProjectedGradient& options, Classifier& model, const data::Images& images,
                              std::span<const AttackJob> jobs) {
  check(options);
  const std::uint64_t seed = options.random_start ? options.seed : 0;
  return attack_in_pieces(model, images, jobs, options.rules.tau, seed,
                          [&](const Tensor& some, std::span<const AttackJob> some_jobs, BatchWatch& watch) {
                            climb(options, model, some, some_jobs, watch);
                          });
}

std::string threat_model(const ProjectedGradient& o) {
  const std::string change =
      text("change all values by at most ", o.epsilon, " in the norm ", name_of(o.norm));
  return text(gradient_rules(change, o.rules), " The search is ", o.name, " (", o.steps,
              o.steps == 1 ? " step of " : " steps of ", o.step_size,
              o.random_start ? text(", random start, seed ", o.seed) : "", ", by ", o.loss_name,
              "): an image that it does not flip is not proved safe.");
}

}  // namespace voronet
