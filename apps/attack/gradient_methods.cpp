#include <voronet/apps/attack/methods.h>
#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/attacks/gradient/carlini_wagner.h>
#include <voronet/attacks/gradient/gradient_attack.h>
#include <voronet/attacks/gradient/projected_gradient.h>
#include <voronet/optim/training/recipe.h>

#include <memory>
#include <optional>

namespace voronet {
namespace {

struct GradientOptions {
  std::optional<double> epsilon, step_size, sparsity, margin;
  std::optional<Index> steps, iterations;
  Index restarts = ProjectedGradient{}.restarts;
  bool random_start = false, only_result = false;
  std::string loss = "margin";
};

// All members of the options (see pixel_methods.cpp).
Json settings_of(const ProjectedGradient& attack, const std::string& told_loss) {
  const auto& [name, norm, epsilon, steps, step_size, apgd, random_start, restarts, seed, sparsity, loss,
               loss_name, rules] = attack;
  const auto& [tau, only_result] = rules;
  Json settings;
  put(settings, "epsilon", epsilon, "steps", steps, "step_rule", apgd ? "apgd" : "fixed", "step_size",
      apgd ? 2 * epsilon : step_size, "random_start", random_start, "restarts", restarts, "loss", told_loss,
      "only_result", only_result, "norm", norm, "tau", tau, "sparsity", sparsity, "seed",
      random_start || restarts > 1 ? seed : 0);
  return settings;
}

Json settings_of(const CarliniWagner& attack) {
  const auto& [iterations, margin, rounds, first_weight, rate, rules] = attack;
  const auto& [tau, only_result] = rules;
  return {{"iterations", iterations},     {"margin", margin}, {"rounds", rounds},
          {"first_weight", first_weight}, {"rate", rate},     {"tau", tau},
          {"only_result", only_result}};
}

ChosenMethod climbing(ProjectedGradient attack, const GradientOptions& options,
                      const MethodTable::Shared& shared, const AttackedNetwork& network) {
  attack.epsilon = options.epsilon.value_or(attack.epsilon);
  if (attack.steps == 1) {  // FGSM's one step goes to the border, wherever that is
    attack.step_size = attack.epsilon;
  } else {
    attack.steps = options.steps.value_or(attack.steps);
    attack.step_size = options.step_size.value_or(attack.step_size);
    attack.random_start = options.random_start;
    attack.restarts = options.restarts;
    attack.seed = shared.seed;
  }
  attack.sparsity = options.sparsity.value_or(attack.sparsity);
  attack.rules = {.tau = shared.tau, .only_result = options.only_result && !attack.apgd};
  if (options.loss == "margin") {
    attack.loss = std::make_shared<MarginLoss>();
    attack.loss_name = "the margin between logits";
  } else if (options.loss == "head" && network.itself().config().head != "softmax") {
    // A softmax head is trained with cross-entropy, which the attack computes best itself. An ONNX file does
    // not say what its network was trained with.
    const std::string file = network.checkpoint.string();
    attack.loss =
        training_loss(is_onnx(file) ? TensorFile{} : read_safetensors(file), network.itself(), file);
    attack.loss_name = "the head's training loss";
  }
  return chosen(attack, network.itself(), settings_of(attack, options.loss));
}

ChosenMethod carlini_wagner(const GradientOptions& options, const MethodTable::Shared& shared,
                            const AttackedNetwork& network) {
  CarliniWagner attack;
  attack.iterations = options.iterations.value_or(attack.iterations);
  attack.margin = options.margin.value_or(attack.margin);
  attack.rules = {.tau = shared.tau, .only_result = options.only_result};
  return chosen(attack, network.itself(), settings_of(attack));
}

}  // namespace

void add_gradient_methods(MethodTable& table) {
  const auto options = std::make_shared<GradientOptions>();  // shared by the methods, which the table holds
  const auto& shared = table.shared();
  const auto add = [&](const std::string& name, const std::string& about, const ProjectedGradient& attack) {
    table.add(name, about, [=, &shared](const AttackedNetwork& network) {
      return climbing(attack, *options, shared, network);
    });
  };
  add("fgsm", "one step along the signs of the gradient", fgsm());
  add("pgd-linf", "projected gradient descent, every value within epsilon", pgd_linf());
  add("pgd-l2", "the same, the whole change within epsilon in the norm L2", pgd_l2());
  add("apgd-linf", "pgd-linf with steps of APGD: 2 epsilon, then halved where they help no more",
      apgd_linf());
  add("apgd-l2", "the same of pgd-l2", apgd_l2());
  add("sparse-l1", "pgd in the norm L1, by steps that change few values", sparse_l1());
  table.add(
      "cw", "Carlini and Wagner: the smallest change in the norm L2",
      [=, &shared](const AttackedNetwork& network) { return carlini_wagner(*options, shared, network); });

  const CLI::Validator largest_change = positive_number(largest_epsilon);
  const std::vector<std::string> fixed = {"pgd-linf", "pgd-l2", "sparse-l1"},
                                 steps = {"pgd-linf", "pgd-l2", "apgd-linf", "apgd-l2", "sparse-l1"},
                                 climbs = {"fgsm", "pgd-linf", "pgd-l2", "apgd-linf", "apgd-l2", "sparse-l1"};
  table.flag({"fgsm", "pgd-linf", "pgd-l2", "sparse-l1", "cw"}, "--only-result", options->only_result,
             "Judge only what an attack ends with, as the published programs do, not the best image on the "
             "way");
  table.option(climbs, "--epsilon", options->epsilon,
               "Largest change, values in [0, 1]; default 0.1, sparse-l1 10", largest_change);
  table.option(
      climbs, "--loss", options->loss,
      "What it raises: the largest other logit's margin over the class's, cross-entropy on the logits, or "
      "(head), as the published programs do, the loss that the head was trained with, which may hide its "
      "slope",
      CLI::IsMember({"margin", "cross-entropy", "head"}));
  table.option(steps, "--steps", options->steps, "Steps; default 40", number_from<Index>(1));
  table.option(fixed, "--step-size", options->step_size, "Length of a step; default 0.01, sparse-l1 1",
               largest_change);
  table.flag(steps, "--random-start", options->random_start,
             "Start anywhere in the ball, drawn by --seed and the image's number");
  table.option(steps, "--restarts", options->restarts,
               "So many runs, all but the first from random starts, until an image has a confident flip",
               number_from<Index>(1));
  table.option({"sparse-l1"}, "--sparsity", options->sparsity,
               "A step leaves this share of the values as they are; default 0.99", number_from(0.0, 1.0));
  table.option({"cw"}, "--margin", options->margin,
               "By how much the new class's logit must be largest; default ln 5", number_from(0.0));
  table.option({"cw"}, "--iterations", options->iterations, "Iterations in each of 9 rounds; default 100",
               number_from<Index>(1));
}

}  // namespace voronet
