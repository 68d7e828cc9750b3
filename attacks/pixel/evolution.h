// The settings of differential evolution as data, the published ones by name, and the rates that they draw.
#pragma once

#include <voronet/core/random.h>
#include <voronet/core/shape.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace voronet {

// How a generation is made from the one before. Every member i gets a child
//   base + F (x_r - x_s),   with r and s (and the base, where it is a third random one) distinct and none of
// them i; the child replaces its own parent i if its cost is lower. All children are made from the old
// generation ("deferred updates"). There is no convergence stop.
struct Evolution {
  enum class Base {
    random,       // rand/1
    best,         // best/1
    towards_best  // current-to-pbest/1: the parent, moved by F towards one of the best members
  };
  // Where F and the crossover rate of a child come from, see RateControl.
  enum class Adaptation { none, inherited, success_history };
  // A gene that leaves the box: to the nearest edge, drawn anew, or half-way from the parent's to the edge.
  enum class Outside { clip, redraw, halfway };

  std::string name = {};   // of the preset it came from
  bool published = false;  // one of the two published attacks: OnePixel then asks as they did, too
  static constexpr Index most_members = 1'000'000, most_generations = 1'000'000'000;
  Index population = 400;   // members of the initial population, 4..most_members
  Index generations = 100;  // 0..most_generations; with `population`, this makes the budget
  Base base = Base::random;
  Outside outside = Outside::clip;
  Adaptation adaptation = Adaptation::none;

  // Without adaptation.
  double scale_low = 0.5, scale_high = 0.5;  // F is drawn from [low, high) once a generation; equal: constant
  double crossover = 1;  // chance of each gene to come from the child, else from its parent; one always does

  // Of L-SHADE; the defaults switch each off.
  double best_share = 0;  // "one of the best": of so large a share of the population, but at least two
  double archive = 0;     // replaced parents from which x_s may come, too: so many times the population
  Index memory = 1;       // entries of the success history
  Index smallest_population = 0;  // 0: it stays; else it falls to this, linearly in the evaluations

  // Evaluations that a search may take. A search ends when it has fewer left than it has members.
  Index budget() const { return population * (generations + 1); }
};

// By name:
// - su2019:   Su, Vargas, Sakurai, "One pixel attack for fooling deep neural networks", arXiv 1710.08864:
//             rand/1, F = .5, no crossover, 400 members, 100 generations. The paper does not say
//             what happens outside the box; here it is clipped.
// - hess2020: what the authors of arXiv 2001.01987 ran, SciPy's differential_evolution as it comes with
//             recombination 1: best/1/bin, F drawn from U(.5, 1) each generation, genes outside the box drawn
//             anew, 400 members, 100 generations, no convergence stop.
// - jde:      Brest, Greiner, Boskovic, Mernik, Zumer, "Self-adapting control parameters in differential
//             evolution", IEEE Transactions on Evolutionary Computation 10(6), 2006: rand/1/bin; each
//             member carries its own F and crossover rate, which its child inherits or draws anew.
// - lshade:   Tanabe, Fukunaga, "Improving the search performance of SHADE using linear population size
//             reduction", IEEE CEC 2014: current-to-pbest/1/bin with an archive, F and crossover rate drawn
//             near those that succeeded, a population that shrinks to 4; constants as in the paper.
// The last two have the budget of the first two: 40,400 evaluations.
const std::vector<Evolution>& evolution_presets();
// Throws Error, which lists the names, when there is no such preset.
const Evolution& evolution_preset(std::string_view name);

// Throws Error on settings out of range.
void require_evolution(const Evolution& settings);

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

// By settings.adaptation:
// - none: F is drawn once for all children, the crossover rate is constant.
// - inherited (jDE, Brest et al. 2006, section IV): a child takes its parent's, but draws F from [.1, 1) with
//   probability .1, and with probability .1 the crossover rate from [0, 1).
// - success_history (L-SHADE, Tanabe and Fukunaga 2014, section II): near a random entry of a memory that
//   holds what succeeded lately: F Cauchy with scale .1, at most 1 and drawn anew unless it is positive;
//   crossover normal with deviation .1, clipped to [0, 1]. A generation with successes writes the next entry:
//   their Lehmer means, weighted by gain. An entry for which only crossover 0 succeeded stays at 0.
class RateControl {
 public:
  explicit RateControl(const Evolution& settings)
      : settings_(settings), memory_(std::max<Index>(settings.memory, 1)) {}
  // The rates of one generation's children, given those of their parents.
  std::vector<EvolutionRates> draw(std::span<const EvolutionRates> parents, Random& random) const;
  // The successes of that generation.
  void learn(std::span<const EvolutionSuccess> successes);

 private:
  struct Entry {
    double scale = 0.5, crossover = 0.5;
    bool no_crossover = false;
  };

  Evolution settings_;
  std::vector<Entry> memory_;  // of success_history
  std::size_t next_ = 0;
};

}  // namespace voronet
