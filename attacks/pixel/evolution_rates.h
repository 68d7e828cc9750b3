// Where F and the crossover rate of each child come from.
#pragma once

#include <voronet/attacks/pixel/evolution.h>
#include <voronet/core/random.h>

#include <memory>
#include <span>
#include <vector>

namespace voronet {

// What one member was made with.
struct EvolutionRates {
  double scale = 0.5;      // F
  double crossover = 0.9;  // chance of each gene to come from the child; the initial values are jDE's
};

// A child that replaced its parent, and by how much it costs less (> 0).
struct EvolutionSuccess {
  EvolutionRates rates;
  double gain = 0;
};

class RateControl {
 public:
  virtual ~RateControl() = default;
  // The rates of one generation's children, given those of their parents.
  virtual std::vector<EvolutionRates> draw(std::span<const EvolutionRates> parents, Random& random) = 0;
  // The successes of that generation.
  virtual void learn(std::span<const EvolutionSuccess> successes) = 0;
};

// By settings.adaptation:
// - none: F is drawn once for all children, the crossover rate is constant.
// - inherited (jDE, Brest et al. 2006, section IV): a child takes its parent's, but draws F from [.1, 1) with
//   probability .1, and with probability .1 the crossover rate from [0, 1).
// - success_history (L-SHADE, Tanabe and Fukunaga 2014, section II): near a random entry of a memory that
//   holds what succeeded lately: F Cauchy with scale .1, at most 1 and drawn anew unless it is positive;
//   crossover normal with deviation .1, clipped to [0, 1]. A generation with successes writes the next entry:
//   their Lehmer means, weighted by gain. An entry for which only crossover 0 succeeded stays at 0.
std::unique_ptr<RateControl> rate_control(const Evolution& settings);

}  // namespace voronet
