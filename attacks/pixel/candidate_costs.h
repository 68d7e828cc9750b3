// How a pixel attack by differential evolution asks about its candidates: as the published attacks do, or
// sparingly.
#pragma once

#include <voronet/attacks/pixel/flip_watch.h>
#include <voronet/attacks/pixel/pixel_queries.h>

#include <string>
#include <unordered_map>
#include <vector>

namespace voronet {

// What a search minimises.
enum class Fitness {
  confidence,  // the label's confidence, or with a target minus the target's (Su, Vargas, Sakurai)
  margin       // what is lacking of the goal, in logits: FlipWatch::shortfalls
};

// The costs of candidates, and the account of what was asked.
class CandidateCosts {
 public:
  // row: label and target of the attack. queries and watch must outlive this.
  CandidateCosts(Fitness fitness, const AttackRow& row, PixelQueries& queries, FlipWatch& watch);

  // Asks about all candidates at once. With `look`, flips among them count.
  std::vector<double> of_all(const PixelCandidates& candidates, bool look = true);

  // Asks about no image twice, in batches of so many, until the goal is reached: then some costs may be
  // missing and the result is empty.
  std::vector<double> of_new(const PixelCandidates& candidates, Index batch);

 private:
  Fitness fitness_;
  AttackRow row_;
  PixelQueries& queries_;
  FlipWatch& watch_;
  std::unordered_map<std::string, double> known_;  // by what a candidate changes
};

}  // namespace voronet
