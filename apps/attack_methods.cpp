#include <voronet/apps/attack_methods.h>
#include <voronet/attacks/corners.h>
#include <voronet/attacks/exhaustive.h>
#include <voronet/attacks/one_pixel.h>

#include <map>

namespace voronet {
namespace {

template <Method Options>
ChosenMethod chosen(const Options& method, const AttackedModel& model, const Json& settings) {
  return {[=](const data::Dataset& set, const AttackAll& options) {
            return attack_all(method, model, set, options);
          },
          threat_model(method), settings};
}

Goal goal_of(const MethodOptions& options) {
  return options.goal == "flip" ? Goal::flip : Goal::confident_flip;
}

// The settings that all methods have, then the method's own.
Json settings_of(const MethodOptions& options, const Json& own) {
  Json settings = {{"method", options.method}, {"goal", options.goal}, {"tau", options.tau}};
  settings.update(own);
  return settings;
}

ChosenMethod one_pixel(const MethodOptions& options, const AttackedModel& model) {
  OnePixel attack;
  attack.pixels = options.pixels;
  attack.evolution = evolution_preset(options.preset);
  attack.evolution.population = options.population.value_or(attack.evolution.population);
  attack.evolution.generations = options.generations.value_or(attack.evolution.generations);
  attack.goal = goal_of(options);
  attack.tau = options.tau;
  attack.published_stopping = options.published_stopping;
  if (options.fitness) attack.fitness = *options.fitness == "margin" ? Fitness::margin : Fitness::confidence;
  attack.batch = options.batch;
  attack.seed = options.seed;
  return chosen(
      attack, model,
      settings_of(options, {{"pixels", attack.pixels},
                            {"preset", options.preset},
                            {"population", attack.evolution.population},
                            {"generations", attack.evolution.generations},
                            {"published_stopping", attack.published_stopping},
                            {"fitness", fitness_of(attack) == Fitness::margin ? "margin" : "confidence"},
                            {"batch", batch_of(attack)},
                            {"seed", attack.seed}}));
}

ChosenMethod exhaustive(const MethodOptions& options, const AttackedModel& model) {
  require(options.pixels == 1,
          "attack: an exhaustive search changes one pixel; for more take --method corners or one-pixel");
  const Exhaustive attack{.census = options.census, .goal = goal_of(options), .tau = options.tau};
  return chosen(attack, model, settings_of(options, {{"census", attack.census}}));
}

ChosenMethod corners(const MethodOptions& options, const AttackedModel& model) {
  const Corners attack{
      .pixels = options.pixels, .goal = goal_of(options), .tau = options.tau, .seed = options.seed};
  return chosen(attack, model, settings_of(options, {{"pixels", attack.pixels}, {"seed", attack.seed}}));
}

const std::map<std::string, ChosenMethod (*)(const MethodOptions&, const AttackedModel&)>& methods() {
  static const std::map<std::string, ChosenMethod (*)(const MethodOptions&, const AttackedModel&)> table = {
      {"one-pixel", one_pixel}, {"exhaustive", exhaustive}, {"corners", corners}};
  return table;
}

}  // namespace

void add_method_options(CLI::App& command, MethodOptions& options) {
  std::vector<std::string> names, presets;
  for (const auto& [name, method] : methods()) names.push_back(name);
  for (const Evolution& preset : evolution_presets()) presets.push_back(preset.name);
  command
      .add_option(
          "--method", options.method,
          "one-pixel: differential evolution; exhaustive: every value of every pixel of a gray image, "
          "so that no flip means there is none; corners: extreme colours, then finer ones")
      ->check(CLI::IsMember(names));
  command.add_option("--pixels", options.pixels, "At most so many pixels change (one-pixel, corners)")
      ->check(CLI::PositiveNumber);
  command.add_flag("--census", options.census,
                   "Count all flips of each image and draw where they are (exhaustive)");
  command
      .add_option(
          "--preset", options.preset,
          "Differential evolution (one-pixel). hess2020 and su2019: as published, to compare with the "
          "literature; jde and lshade adapt as they search, go by the margin and ask about nothing "
          "twice, to spend fewer queries")
      ->check(CLI::IsMember(presets));
  command
      .add_option("--fitness", options.fitness,
                  "What it goes by: confidence (the published presets' default) or margin (one-pixel)")
      ->check(CLI::IsMember({"confidence", "margin"}));
  command
      .add_option(
          "--batch", options.batch,
          "Ask about so many candidates at a time, none twice, and end with the batch that reaches the "
          "goal; 0: whole generations, the published presets' default (one-pixel)")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--population", options.population,
                     "Candidates a generation, instead of the preset's (one-pixel)");
  command.add_option("--generations", options.generations,
                     "Generations, instead of the preset's (one-pixel)");
  command.add_option("--goal", options.goal, "What ends a search")
      ->check(CLI::IsMember({"confident-flip", "flip"}));
  command.add_option("--tau", options.tau, "A flip is confident above this confidence")
      ->check(CLI::Range(0.0, 1.0));
  command.add_flag("--published-stopping", options.published_stopping,
                   "End as hess2020's code does: any flip of the best candidate (one-pixel)");
  command.add_option("--seed", options.seed, "Same seed, same rows");
}

ChosenMethod choose_method(const MethodOptions& options, const AttackedModel& model) {
  require(!options.census || options.method == "exhaustive", "attack: --census is for --method exhaustive");
  require(options.method == "one-pixel" || !(options.population || options.generations ||
                                             options.published_stopping || options.fitness || options.batch),
          "attack: --population, --generations, --fitness, --batch and --published-stopping are for --method "
          "one-pixel");
  return methods().at(options.method)(options, model);
}

}  // namespace voronet
