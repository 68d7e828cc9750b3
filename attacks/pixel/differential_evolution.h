// Differential evolution (Storn and Price, 1997): minimises a cost over a box with a population that is
// evaluated as one batch a generation. It knows nothing of images and networks: the caller evaluates.
//
//   DifferentialEvolution search(settings, extents, initial, random);
//   while (!search.finished()) search.tell(costs_of(search.candidates()));
#pragma once

#include <voronet/attacks/pixel/evolution.h>

#include <initializer_list>

namespace voronet {

// One search, advanced by its caller. Genes are real numbers: gene j lies in [0, extents[j]), so its integer
// part takes each of 0..extents[j]-1, the last one included, equally often.
class DifferentialEvolution {
 public:
  // `initial` holds the first candidates, settings.population x extents.size(), row-major; genes outside the
  // box are clipped. Throws Error on settings or sizes out of range.
  DifferentialEvolution(const Evolution& settings, std::vector<double> extents, std::vector<double> initial,
                        Random random);

  // What to evaluate next, population() x genes, row-major: first the initial population, then children.
  std::span<const double> candidates() const { return candidates_; }
  // Their costs, in the same order: selects the survivors and makes the next candidates. Throws Error when
  // the number of costs is not the population, when one is not finite, or when finished.
  void tell(std::span<const double> costs);

  // Members: candidates of a generation.
  Index population() const { return std::ssize(candidates_) / std::ssize(extents_); }
  // Generations of children told so far: -1 before the initial population is.
  Index generation() const { return generation_; }
  // Whether the next candidates would exceed the budget.
  bool finished() const { return told_ + population() > settings_.budget(); }

  // The members so far, row-major; none before the first tell().
  std::span<const double> members() const { return members_; }
  // The cheapest member so far; throws Error before the first tell().
  std::span<const double> best() const;
  double best_cost() const;  // its cost; throws alike

 private:
  using Genes = std::span<const double>;

  Genes member(Index i) const;  // or, counted on after the members, one of the archive
  void select(std::span<const double> costs);
  void archive(Genes parent);
  void shrink();
  void breed();
  void breed(Index i);
  Index one_of_the_best();
  Index other_than(std::initializer_list<Index> taken, Index among);
  double into_box(double gene, double parent, double extent);

  Evolution settings_;
  std::vector<double> extents_, members_, candidates_, costs_;
  std::vector<std::vector<double>> archive_;
  std::vector<EvolutionRates> rates_, child_rates_;  // of the members, of the candidates
  RateControl control_;
  Random random_;
  std::vector<Index> ranking_;  // of the members, cheapest first
  Index generation_ = -1, told_ = 0;
};

}  // namespace voronet
