#include <voronet/apps/attack/methods.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/attacks/pixel/corners.h>
#include <voronet/attacks/pixel/exhaustive.h>
#include <voronet/attacks/pixel/one_pixel.h>
#include <voronet/attacks/pixel/sparse_rs.h>
#include <voronet/attacks/proof/exact.h>

#include <cmath>
#include <memory>
#include <optional>

namespace voronet {
namespace {

struct PixelOptions {
  std::string preset = OnePixel{}.evolution.name, goal = "confident-flip";
  Index pixels = 1, queries = SparseRs{}.queries;
  Index refined = Corners{}.refined, combinations = Corners{}.combinations;
  std::optional<Index> population, generations, batch;
  std::optional<std::string> fitness;
  bool published_stopping = false, census = false;
  Index boxes = Exact{}.boxes;
  std::optional<double> seconds;
};

Goal goal_of(const PixelOptions& options) {
  return options.goal == "flip" ? Goal::flip : Goal::confident_flip;
}

// Settings are all members of a method's options: one that is added there and not here does not compile.
const char* name_of(Goal goal) { return goal == Goal::flip ? "flip" : "confident-flip"; }

Json settings_of(const Evolution& evolution) {
  const auto& [name, published, population, generations, base, outside, adaptation, scale_low, scale_high,
               crossover, best_share, archive, memory, smallest_population] = evolution;
  Json settings;
  put(settings, "preset", name, "published", published, "population", population, "generations", generations,
      "base", base, "outside", outside, "adaptation", adaptation, "scale_low", scale_low, "scale_high",
      scale_high, "crossover", crossover, "best_share", best_share, "archive", archive, "memory", memory,
      "smallest_population", smallest_population);
  return settings;
}

Json settings_of(const OnePixel& attack) {
  const auto& [pixels, evolution, goal, tau, fitness, batch, published_stopping, seed] = attack;
  Json settings = settings_of(evolution);
  put(settings, "goal", name_of(goal), "pixels", pixels, "tau", tau, "fitness",
      fitness_of(attack) == Fitness::margin ? "margin" : "confidence", "batch", batch_of(attack),
      "published_stopping", published_stopping, "seed", seed);
  return settings;
}

Json settings_of(const Exhaustive& attack) {
  const auto& [census, goal, tau] = attack;
  return {{"census", census}, {"goal", name_of(goal)}, {"tau", tau}};
}

Json settings_of(const Exact& attack) {
  const auto& [network, census, goal, tau, boxes, seconds] = attack;
  return {{"census", census},
          {"goal", name_of(goal)},
          {"tau", tau},
          {"boxes", boxes},
          {"seconds_per_image", std::isfinite(seconds) ? Json(seconds) : Json("no limit")}};
}

Json settings_of(const Corners& attack) {
  const auto& [pixels, refined, moves, combinations, goal, tau, seed] = attack;
  return {{"pixels", pixels}, {"refined", refined},    {"moves", moves}, {"combinations", combinations},
          {"tau", tau},       {"goal", name_of(goal)}, {"seed", seed}};
}

Json settings_of(const SparseRs& attack) {
  const auto& [pixels, queries, alpha, goal, tau, seed] = attack;
  return {{"pixels", pixels}, {"queries", queries},    {"alpha", alpha ? Json(*alpha) : Json("as published")},
          {"tau", tau},       {"goal", name_of(goal)}, {"seed", seed}};
}

ChosenMethod one_pixel(const PixelOptions& options, const MethodTable::Shared& shared,
                       const AttackedNetwork& network) {
  OnePixel attack;
  attack.pixels = options.pixels;
  attack.evolution = evolution_preset(options.preset);
  attack.evolution.population = options.population.value_or(attack.evolution.population);
  attack.evolution.generations = options.generations.value_or(attack.evolution.generations);
  attack.goal = goal_of(options);
  attack.tau = shared.tau;
  attack.published_stopping = options.published_stopping;
  if (options.fitness) attack.fitness = *options.fitness == "margin" ? Fitness::margin : Fitness::confidence;
  attack.batch = options.batch;
  attack.seed = shared.seed;
  return chosen(attack, network.model, settings_of(attack));
}

ChosenMethod exhaustive(const PixelOptions& options, const MethodTable::Shared& shared,
                        const AttackedNetwork& network) {
  const Exhaustive attack{.census = options.census, .goal = goal_of(options), .tau = shared.tau};
  return chosen(attack, network.model, settings_of(attack));
}

ChosenMethod exact_search(const PixelOptions& options, const MethodTable::Shared& shared,
                          const AttackedNetwork& network) {
  Exact attack{.network = std::make_shared<const ProvableNetwork>(network.itself()),
               .census = options.census,
               .goal = goal_of(options),
               .tau = shared.tau,
               .boxes = options.boxes};
  attack.seconds = options.seconds.value_or(attack.seconds);
  return chosen(attack, network.model, settings_of(attack));
}

ChosenMethod corners(const PixelOptions& options, const MethodTable::Shared& shared,
                     const AttackedNetwork& network) {
  const Corners attack{.pixels = options.pixels,
                       .refined = options.refined,
                       .combinations = options.combinations,
                       .goal = goal_of(options),
                       .tau = shared.tau,
                       .seed = shared.seed};
  return chosen(attack, network.model, settings_of(attack));
}

ChosenMethod sparse_rs(const PixelOptions& options, const MethodTable::Shared& shared,
                       const AttackedNetwork& network) {
  const SparseRs attack{.pixels = options.pixels,
                        .queries = options.queries,
                        .goal = goal_of(options),
                        .tau = shared.tau,
                        .seed = shared.seed};
  return chosen(attack, network.model, settings_of(attack));
}

void add_evolution_options(MethodTable& table, PixelOptions& options) {
  const std::vector<std::string> methods = {"one-pixel"};
  std::vector<std::string> presets;
  for (const Evolution& preset : evolution_presets()) presets.push_back(preset.name);
  table.option(
      methods, "--preset", options.preset,
      "Differential evolution. jde and lshade adapt as they search, go by the margin and ask about "
      "nothing twice, to spend fewer queries; hess2020 and su2019: as published, to compare with the "
      "literature",
      CLI::IsMember(presets));
  table.option(methods, "--fitness", options.fitness,
               "What it goes by: confidence (the published presets' default) or margin",
               CLI::IsMember({"confidence", "margin"}));
  table.option(methods, "--batch", options.batch,
               "Ask about so many candidates at a time, none twice, and end with the batch that reaches the "
               "goal; 0: whole generations, the published presets' default",
               number_from<Index>(0));
  table.option(methods, "--population", options.population,
               "Candidates a generation, instead of the preset's",
               number_from<Index>(4, Evolution::most_members));
  table.option(methods, "--generations", options.generations, "Generations, instead of the preset's",
               number_from<Index>(0, Evolution::most_generations));
  table.flag(methods, "--published-stopping", options.published_stopping,
             "End as hess2020's code does: any flip of the best candidate");
}

}  // namespace

void add_pixel_methods(MethodTable& table) {
  const auto options = std::make_shared<PixelOptions>();  // shared by the methods, which the table holds
  const auto add = [&](const char* name, const char* about, auto make) {
    table.add(name, about, [=, &shared = table.shared()](const AttackedNetwork& network) {
      return make(*options, shared, network);
    });
  };
  add("one-pixel", "differential evolution", one_pixel);
  add("exhaustive", "every value of every pixel of a gray image, so that no flip means there is none",
      exhaustive);
  add("exact", "every colour of every pixel, by bounds of boxes of them: whether any flips, and how many do",
      exact_search);
  add("corners", "extreme colours, then finer ones, then combinations", corners);
  add("sparse-rs", "random search for pixels of extreme colours", sparse_rs);

  table.option({"one-pixel", "exhaustive", "exact", "corners", "sparse-rs"}, "--goal", options->goal,
               "What ends a search: flip or confident-flip", CLI::IsMember({"confident-flip", "flip"}));
  table.option({"one-pixel", "corners", "sparse-rs"}, "--pixels", options->pixels,
               "At most so many pixels change", number_from<Index>(1));
  table.option({"sparse-rs"}, "--queries", options->queries, "That a search may take", number_from<Index>(1));
  table.option(
      {"corners"}, "--refined", options->refined,
      "Try finer values of the best so many pixels; of gray images all values, so that with all pixels "
      "single moves are ranked exactly",
      number_from<Index>(1));
  table.option({"corners"}, "--combinations", options->combinations,
               "Of the best 100 moves, for more pixels than one", number_from<Index>(1));
  table.flag({"exhaustive", "exact"}, "--census", options->census,
             "Count all flips of each image and draw where they are");
  table.option({"exact"}, "--boxes", options->boxes, "That are bounded of one pixel, at most",
               number_from<Index>(1));
  table.option({"exact"}, "--seconds-per-image", options->seconds,
               "Then what is not yet decided stays open; default: no limit", positive_number);
  add_evolution_options(table, *options);
}

}  // namespace voronet
