#include <voronet/attacks/pixel/evolution.h>

#include <cmath>
#include <numbers>

namespace voronet {
namespace {

constexpr double redrawn = 0.1;    // of inherited rates
constexpr double deviation = 0.1;  // from what succeeded

// Large values weigh more than in the arithmetic mean, against a drift of F to small steps. 0 if all are 0.
double lehmer_mean(std::span<const EvolutionSuccess> successes, double EvolutionRates::*rate) {
  double sum = 0, sum_of_squares = 0;
  for (const auto& [rates, gain] : successes) {
    sum += gain * rates.*rate;
    sum_of_squares += gain * (rates.*rate) * (rates.*rate);
  }
  return sum > 0 ? sum_of_squares / sum : 0;
}

double scale_near(double centre, Random& random) {
  for (;;) {
    const double cauchy = std::tan(std::numbers::pi * (random.uniform() - 0.5));
    const double scale = centre + deviation * cauchy;
    if (scale > 0) return std::min(scale, 1.0);
  }
}

}  // namespace

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

std::vector<EvolutionRates> RateControl::draw(std::span<const EvolutionRates> parents, Random& random) const {
  std::vector<EvolutionRates> rates(parents.begin(), parents.end());
  switch (settings_.adaptation) {
    case Evolution::Adaptation::none:
      rates.assign(rates.size(),
                   {random.uniform(settings_.scale_low, settings_.scale_high), settings_.crossover});
      break;
    case Evolution::Adaptation::inherited:
      for (auto& [scale, crossover] : rates) {
        if (random.uniform() < redrawn) scale = random.uniform(0.1, 1);
        if (random.uniform() < redrawn) crossover = random.uniform();
      }
      break;
    case Evolution::Adaptation::success_history:
      for (auto& [scale, crossover] : rates) {
        const Entry& entry = memory_[random.below(std::ssize(memory_))];
        crossover =
            entry.no_crossover ? 0 : std::clamp(entry.crossover + deviation * random.normal(), 0.0, 1.0);
        scale = scale_near(entry.scale, random);
      }
      break;
  }
  return rates;
}

void RateControl::learn(std::span<const EvolutionSuccess> successes) {
  if (successes.empty()) return;
  Entry& entry = memory_[next_];
  entry.scale = lehmer_mean(successes, &EvolutionRates::scale);
  entry.crossover = lehmer_mean(successes, &EvolutionRates::crossover);
  entry.no_crossover |= entry.crossover == 0;
  next_ = (next_ + 1) % memory_.size();
}

}  // namespace voronet
