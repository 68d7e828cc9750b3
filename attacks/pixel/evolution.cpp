#include <voronet/attacks/pixel/evolution.h>
#include <voronet/core/error.h>

namespace voronet {

const std::vector<Evolution>& evolution_presets() {
  static const std::vector<Evolution> presets = {
      {.name = "su2019",
       .published = true,
       .base = Evolution::Base::random,
       .outside = Evolution::Outside::clip},
      {.name = "hess2020",
       .published = true,
       .base = Evolution::Base::best,
       .outside = Evolution::Outside::redraw,
       .scale_low = 0.5,
       .scale_high = 1},
      {.name = "jde",
       .population = 100,
       .generations = 403,
       .base = Evolution::Base::random,
       .outside = Evolution::Outside::clip,
       .adaptation = Evolution::Adaptation::inherited},
      {.name = "lshade",
       .population = 100,
       .generations = 403,
       .base = Evolution::Base::towards_best,
       .outside = Evolution::Outside::halfway,
       .adaptation = Evolution::Adaptation::success_history,
       .best_share = 0.11,
       .archive = 2.6,
       .memory = 6,
       .smallest_population = 4},
  };
  return presets;
}

const Evolution& evolution_preset(std::string_view name) {
  std::string names;
  for (const Evolution& preset : evolution_presets()) {
    if (preset.name == name) return preset;
    names += " " + preset.name;
  }
  throw Error(text("differential evolution: no preset is called ", name, "; there are", names));
}

void require_evolution(const Evolution& s) {
  const auto is_share = [](double value) { return value >= 0 && value <= 1; };
  require(s.population >= 4 && s.population <= Evolution::most_members,
          "differential evolution: a population of ", s.population, ", from 4 to ", Evolution::most_members,
          " are possible");
  require(s.generations >= 0 && s.generations <= Evolution::most_generations,
          "differential evolution: ", s.generations, " generations, at most ", Evolution::most_generations,
          " are possible");
  require(s.scale_low >= 0 && s.scale_low <= s.scale_high, "differential evolution: F from ", s.scale_low,
          " to ", s.scale_high);
  require(is_share(s.crossover), "differential evolution: crossover ", s.crossover, " is not a probability");
  require(is_share(s.best_share), "differential evolution: a share of ", s.best_share, " best members");
  require(s.archive >= 0, "differential evolution: an archive of ", s.archive, " populations");
  require(s.memory >= 1, "differential evolution: a history of ", s.memory, " entries");
  require(s.smallest_population == 0 || (s.smallest_population >= 4 && s.smallest_population <= s.population),
          "differential evolution: a population of ", s.population, " cannot fall to ",
          s.smallest_population);
}

}  // namespace voronet
