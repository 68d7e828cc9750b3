#include <voronet/apps/attack/methods.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/attacks/pixel/corners.h>
#include <voronet/attacks/pixel/one_pixel.h>
#include <voronet/attacks/pixel/sparse_rs.h>

#include <memory>
#include <optional>

namespace voronet {
namespace {

struct PixelOptions {
  std::string preset = OnePixel{}.evolution.name;
  Index queries = SparseRs{}.queries;
  Index refined = Corners{}.refined, combinations = Corners{}.combinations;
  std::optional<Index> population, generations, batch;
  std::optional<std::string> fitness;
  bool published_stopping = false;
};

// Settings are all members of a method's options: one that is added there and not here does not compile.
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
  attack.pixels = shared.pixels;
  attack.evolution = evolution_preset(options.preset);
  attack.evolution.population = options.population.value_or(attack.evolution.population);
  attack.evolution.generations = options.generations.value_or(attack.evolution.generations);
  attack.goal = shared.goal();
  attack.tau = shared.tau;
  attack.published_stopping = options.published_stopping;
  if (options.fitness) attack.fitness = *options.fitness == "margin" ? Fitness::margin : Fitness::confidence;
  attack.batch = options.batch;
  attack.seed = shared.seed;
  return chosen(attack, network.model, settings_of(attack));
}

ChosenMethod corners(const PixelOptions& options, const MethodTable::Shared& shared,
                     const AttackedNetwork& network) {
  const Corners attack{.pixels = shared.pixels,
                       .refined = options.refined,
                       .combinations = options.combinations,
                       .goal = shared.goal(),
                       .tau = shared.tau,
                       .seed = shared.seed};
  return chosen(attack, network.model, settings_of(attack));
}

ChosenMethod sparse_rs(const PixelOptions& options, const MethodTable::Shared& shared,
                       const AttackedNetwork& network) {
  const SparseRs attack{.pixels = shared.pixels,
                        .queries = options.queries,
                        .goal = shared.goal(),
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
  add("corners", "extreme colours, then finer ones, then combinations", corners);
  add("sparse-rs", "random search for pixels of extreme colours", sparse_rs);

  table.option({"sparse-rs"}, "--queries", options->queries, "That a search may take", number_from<Index>(1));
  table.option(
      {"corners"}, "--refined", options->refined,
      "Try finer values of the best so many pixels; of gray images all values, so that with all pixels "
      "single moves are ranked exactly",
      number_from<Index>(1));
  table.option({"corners"}, "--combinations", options->combinations,
               "Of the best 100 moves, for more pixels than one", number_from<Index>(1));
  add_evolution_options(table, *options);
}

}  // namespace voronet
