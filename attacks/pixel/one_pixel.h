// The one-pixel attack (Su, Vargas, Sakurai, arXiv 1710.08864) for k pixels of an 8-bit image, by
// differential evolution: a candidate is k times (row, column, a value per channel), whole numbers.
#pragma once

#include <voronet/attacks/attacked_model.h>
#include <voronet/attacks/pixel/differential_evolution.h>
#include <voronet/attacks/pixel/flip_watch.h>
#include <voronet/attacks/pixel/pixel_queries.h>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace voronet {

// What a search minimises.
enum class Fitness {
  confidence,  // the label's confidence, or with a target minus the target's (Su, Vargas, Sakurai)
  margin       // what is lacking of the goal, in logits: FlipWatch::shortfalls
};

struct OnePixel {
  Index pixels = 1;  // k: at most so many pixels change
  Evolution evolution = evolution_preset("jde");
  Goal goal = Goal::confident_flip;

  // A flip is confident when the new class's confidence is > tau; only images whose own confidence was >= tau
  // can have one. (Confidences of a Gauss head may all be small; softmax's largest is at least 1 / classes.)
  // For an image below tau the first flip ends the search.
  double tau = 0.1;

  // What the search goes by; none: confidence if evolution.published, else margin.
  std::optional<Fitness> fitness = {};

  // Every candidate is watched. A search asks for so many at a time and ends with the batch that reaches its
  // goal; no image is asked about twice. 0, as published: a generation at a time, repeats and all, so after
  // `population` queries at the least. None: 0 if evolution.published, else 20.
  std::optional<Index> batch = {};

  // With published_stopping, as in the code behind hess2020: only the best member is looked at, once after
  // each generation of children and by one more query, and any flip ends the search, even one that is not
  // confident. There the cheapest success costs 2 x population + 1 queries. Not with batches.
  bool published_stopping = false;

  std::uint64_t seed = 0;
};

// Searches for a flip of one image, the first of `image`, which is number `index` of its data set. Random
// numbers depend on (seed, index) alone, so rows don't depend on what else is attacked, nor on threads.
// Throws Error as FlipWatch does, and on options out of range.
AttackRow attack(const OnePixel& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target = {});

// What a search with these options goes by, and how many it asks about at a time.
Fitness fitness_of(const OnePixel& options);
Index batch_of(const OnePixel& options);  // throws Error when it is below 0, or not 0 with published_stopping

// A paragraph on what the attacker knows and may do and what is success, to stand beside results.
std::string threat_model(const OnePixel& options);

// What candidates cost: asked as the published attacks do, or sparingly.
class CandidateCosts {
 public:
  // row: label and target of the attack. queries and watch must outlive this.
  CandidateCosts(Fitness fitness, const AttackRow& row, const PixelQueries& queries, FlipWatch& watch);

  // Asks about all candidates at once. With `look`, flips among them count.
  std::vector<double> of_all(const PixelCandidates& candidates, bool look = true);

  // Asks about no image twice, in batches of so many, until the goal is reached: then the result is empty.
  std::vector<double> of_new(const PixelCandidates& candidates, Index batch);

 private:
  Fitness fitness_;
  AttackRow row_;
  const PixelQueries& queries_;
  FlipWatch& watch_;
  std::unordered_map<std::string, double> known_;  // by what a candidate changes
};

// The same search, a generation at a time, for who looks on:
//   OnePixelSearch search(options, model, image, index, label);
//   while (!search.done()) search.step();
//   search.finish();
class OnePixelSearch {
 public:
  // model and image must outlive it. Throws Error as `attack` does.
  OnePixelSearch(const OnePixel& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target = {});
  OnePixelSearch(const OnePixelSearch&) = delete;
  OnePixelSearch& operator=(const OnePixelSearch&) = delete;

  // Whether nothing is left to ask: the goal is reached, or the generations are over.
  bool done() const { return evolution_.finished() || watch_.done(); }
  // Asks about a generation, the first one about the initial population. Throws Error when done.
  void step();

  // Generations and costs so far.
  const DifferentialEvolution& evolution() const { return evolution_; }
  PixelCandidates members() const;                       // the population so far; none before the first step
  const AttackRow& row() const { return watch_.row(); }  // what is known so far (FlipWatch)
  // The row, once; the search is over.
  AttackRow finish() { return watch_.finish(); }

 private:
  PixelCandidates candidates(std::span<const double> genes) const;

  OnePixel options_;
  const data::Images& image_;
  Index batch_;
  FlipWatch watch_;
  PixelQueries queries_;
  CandidateCosts costs_;
  DifferentialEvolution evolution_;
};

}  // namespace voronet
