// What repeats of an experiment with other seeds say: a mean with its uncertainty, and whether two ways
// differ.
#pragma once

#include <voronet/attacks/statistics.h>

#include <optional>
#include <vector>

namespace voronet {

struct SeedMean {
  double mean = 0;
  // Student's 95 % interval for the mean of independent values of a normal distribution ("Student", "The
  // probable error of a mean", Biometrika 6, 1908), n - 1 degrees of freedom; nothing for a single value.
  std::optional<Interval> interval;
};

// Throws Error when there are no values.
SeedMean mean_over_seeds(const std::vector<double>& values);

// The paired t-test: two-sided p of a mean difference of 0, from a[i] - b[i] of the same seeds i. Nothing for
// fewer than two, and when all are equal, as their spread then says nothing. With few seeds it finds only
// large differences: two need |mean| > 12.7 standard errors for p < 0.05, five 2.8.
std::optional<double> paired_t_test(const std::vector<double>& differences);

// McNemar's exact test (Q. McNemar, "Note on the sampling error of the difference between correlated
// proportions or percentages", Psychometrika 12, 1947): two-sided p of a fair coin for the images that
// succeed in one of two runs only. 1 without any. Throws Error for negative counts.
double mcnemar_exact(Index only_first, Index only_second);

}  // namespace voronet
