// The numbers that a run of attacks comes down to.
#pragma once

#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/statistics.h>
#include <voronet/attacks/success.h>

#include <optional>

namespace voronet {

// Successes that needed no more than `queries` queries.
struct SuccessAt {
  Index queries = 0, flips = 0, confident_flips = 0;
};

struct AttackSummary {
  Index attacked = 0;           // rows: images, or with targets pairs of image and target
  SuccessRate flips;            // of all rows
  SuccessRate confident_flips;  // of the rows whose image had a confidence >= tau before
  // Images that are classified correctly and not flipped (to any target), of all in the run's range, if it
  // has one: the measure to compare networks by, as each flip rate is of the images that its own network gets
  // right.
  std::optional<SuccessRate> robust_accuracy;
  Index queries = 0;                             // of all rows
  double median_queries = 0;                     // a row; 0 without rows
  std::optional<double> median_queries_to_flip;  // of the rows with a flip, up to the first
  // Of proofs, if all rows have one: images that are certified, of all, and against confident flips, of those
  // whose confidence was >= tau.
  std::optional<SuccessRate> certified, certified_confident;
  std::optional<SuccessRate> certified_accuracy;  // classified correctly and certified, of all in the range
  std::vector<SuccessAt> success_at;              // 100, 1,000, 10,000, 40,000 queries
  double seconds = 0, queries_per_second = 0;     // of the run itself, see AttackRun
};

// tau as in the attack's options.
AttackSummary summarise(const AttackRun& run, double tau);

}  // namespace voronet
