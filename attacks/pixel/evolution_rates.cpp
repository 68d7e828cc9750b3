#include <voronet/attacks/pixel/evolution_rates.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace voronet {
namespace {

class CommonRates : public RateControl {
 public:
  explicit CommonRates(const Evolution& settings) : settings_(settings) {}
  std::vector<EvolutionRates> draw(std::span<const EvolutionRates> parents, Random& random) override {
    const double scale = random.uniform(settings_.scale_low, settings_.scale_high);
    return std::vector<EvolutionRates>(parents.size(), {scale, settings_.crossover});
  }
  void learn(std::span<const EvolutionSuccess>) override {}

 private:
  Evolution settings_;
};

class InheritedRates : public RateControl {
 public:
  std::vector<EvolutionRates> draw(std::span<const EvolutionRates> parents, Random& random) override {
    constexpr double chance = 0.1;
    std::vector<EvolutionRates> rates(parents.begin(), parents.end());
    for (EvolutionRates& child : rates) {
      if (random.uniform() < chance) child.scale = random.uniform(0.1, 1);
      if (random.uniform() < chance) child.crossover = random.uniform();
    }
    return rates;
  }
  void learn(std::span<const EvolutionSuccess>) override {}  // survivors pass their rates on
};

// Large values weigh more than in the arithmetic mean, against a drift of F to small steps. 0 if all are 0.
double lehmer_mean(std::span<const EvolutionSuccess> successes, double EvolutionRates::*rate) {
  double sum = 0, sum_of_squares = 0;
  for (const auto& [rates, gain] : successes) {
    sum += gain * rates.*rate;
    sum_of_squares += gain * (rates.*rate) * (rates.*rate);
  }
  return sum > 0 ? sum_of_squares / sum : 0;
}

class RatesFromSuccess : public RateControl {
 public:
  explicit RatesFromSuccess(Index entries) : memory_(entries) {}

  std::vector<EvolutionRates> draw(std::span<const EvolutionRates> parents, Random& random) override {
    std::vector<EvolutionRates> rates;
    while (rates.size() < parents.size()) {
      const Entry& entry = memory_[random.below(std::ssize(memory_))];
      const double crossover =
          entry.no_crossover ? 0 : std::clamp(entry.crossover + deviation * random.normal(), 0.0, 1.0);
      rates.push_back({scale_near(entry.scale, random), crossover});
    }
    return rates;
  }

  void learn(std::span<const EvolutionSuccess> successes) override {
    if (successes.empty()) return;
    Entry& entry = memory_[next_];
    entry.scale = lehmer_mean(successes, &EvolutionRates::scale);
    entry.crossover = lehmer_mean(successes, &EvolutionRates::crossover);
    entry.no_crossover |= entry.crossover == 0;
    next_ = (next_ + 1) % memory_.size();
  }

 private:
  static constexpr double deviation = 0.1;
  struct Entry {
    double scale = 0.5, crossover = 0.5;
    bool no_crossover = false;
  };

  static double scale_near(double centre, Random& random) {
    for (;;) {
      const double cauchy = std::tan(std::numbers::pi * (random.uniform() - 0.5));
      const double scale = centre + deviation * cauchy;
      if (scale > 0) return std::min(scale, 1.0);
    }
  }

  std::vector<Entry> memory_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<RateControl> rate_control(const Evolution& settings) {
  switch (settings.adaptation) {
    case Evolution::Adaptation::inherited:
      return std::make_unique<InheritedRates>();
    case Evolution::Adaptation::success_history:
      return std::make_unique<RatesFromSuccess>(settings.memory);
    case Evolution::Adaptation::none:
      break;
  }
  return std::make_unique<CommonRates>(settings);
}

}  // namespace voronet
