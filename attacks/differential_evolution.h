// Differential evolution (Storn and Price, 1997): minimises a cost over a box with a population that is
// evaluated as one batch a generation. It knows nothing of images and networks: the caller evaluates.
//
//   DifferentialEvolution search(settings, extents, initial, random);
//   while (!search.finished()) search.tell(costs_of(search.candidates()));
#pragma once

#include <voronet/core/random.h>

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace voronet {

// How a generation is made from the one before. Every member i gets a child
//   base + F (x_r - x_s),   base = a third random member or the best one, with r, s (and the third) distinct
// and none of them i; the child replaces its own parent i if its cost is lower. All children are made from
// the old generation ("deferred updates"). There is no convergence stop.
struct Evolution {
  enum class Base { random, best };     // rand/1 or best/1
  enum class Outside { clip, redraw };  // a gene that leaves the box: to the nearest edge, or drawn anew

  std::string name = {};    // of the preset it came from
  Index population = 400;   // members, at least 4
  Index generations = 100;  // children generations after the initial population, at least 0
  Base base = Base::random;
  double scale_low = 0.5, scale_high = 0.5;  // F is drawn from [low, high) once a generation; equal: constant
  double crossover = 1;  // chance of each gene to come from the child, else from its parent; one always does
  Outside outside = Outside::clip;
};

// The published settings, by name:
// - su2019:   Su, Vargas, Sakurai, "One pixel attack for fooling deep neural networks", arXiv 1710.08864:
//             rand/1, F = .5, no crossover, 400 members, 100 generations. The paper does not say
//             what happens outside the box; here it is clipped.
// - hess2020: what the authors of arXiv 2001.01987 ran, SciPy's differential_evolution as it comes with
//             recombination 1: best/1/bin, F drawn from U(.5, 1) each generation, genes outside the box drawn
//             anew, 400 members, 100 generations, no convergence stop.
const std::vector<Evolution>& evolution_presets();
// Throws Error, which lists the names, when there is no such preset.
const Evolution& evolution_preset(const std::string& name);

// One search, advanced by its caller. Genes are real numbers: gene j lies in [0, extents[j]), so its integer
// part takes each of 0..extents[j]-1, the last one included, equally often.
class DifferentialEvolution {
 public:
  // `initial` holds the first candidates, population x extents.size(), row-major; genes outside the box are
  // clipped. Throws Error on settings or sizes out of range.
  DifferentialEvolution(const Evolution& settings, std::vector<double> extents, std::vector<double> initial,
                        Random random);

  // What to evaluate next, population x genes, row-major: first the initial population, then children.
  std::span<const double> candidates() const { return candidates_; }
  // Their costs, in the same order: selects the survivors and makes the next candidates. Throws Error when
  // the number of costs is not the population, when one is not a number, or when finished.
  void tell(std::span<const double> costs);

  // Generations of children told so far: -1 before the initial population is.
  Index generation() const { return generation_; }
  bool finished() const { return generation_ == settings_.generations; }

  // The cheapest member so far; throws Error before the first tell().
  std::span<const double> best() const;
  double best_cost() const;

 private:
  std::span<const double> member(Index i) const;
  void select(std::span<const double> costs);
  void breed();
  void breed(Index i, double scale);
  Index other_than(std::initializer_list<Index> taken);
  double into_box(double gene, double extent);
  static double clip(double gene, double extent);

  Evolution settings_;
  std::vector<double> extents_, members_, candidates_, costs_;
  Random random_;
  Index generation_ = -1, best_ = 0;
};

}  // namespace voronet
