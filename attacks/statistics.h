// Statistics of counted images and of repeats with other seeds: intervals of a share and of a mean, and
// whether two ways differ. All intervals are of 95 %, all tests two-sided.
#pragma once

#include <voronet/core/shape.h>

#include <optional>
#include <vector>

namespace voronet {

struct Interval {
  double low = 0, high = 1;
};

// Wilson's interval for a rate of which `successes` of `trials` were seen (E. B. Wilson, "Probable inference,
// the law of succession, and statistical inference", JASA 22, 1927); [0, 1] without trials. Throws Error
// unless 0 <= successes <= trials.
Interval wilson_interval(Index successes, Index trials);

// The exact one, which is never too narrow (C. J. Clopper and E. S. Pearson, "The use of confidence or
// fiducial limits illustrated in the case of the binomial", Biometrika 26, 1934). The same at the ends, and
// the same Error.
Interval clopper_pearson_interval(Index successes, Index trials);

// `count` successes among `of`, with the interval of their rate: Wilson's, and Clopper and Pearson's where
// none or all succeed, as an approximation says least there.
struct SuccessRate {
  Index count = 0, of = 0;
  Interval interval;

  // Count / of; NaN of none.
  double share() const { return static_cast<double>(count) / static_cast<double>(of); }
};
SuccessRate success_rate(Index count, Index of);

// The share of `a` minus that of `b`, from whole numbers and rounded once: equal differences are equal,
// whatever the counts. Throws Error where one is of nothing.
double difference(const SuccessRate& a, const SuccessRate& b);

struct SeedMean {
  double mean = 0;
  // Student's interval for the mean of independent values of a normal distribution ("Student", "The probable
  // error of a mean", Biometrika 6, 1908), n - 1 degrees of freedom. Nothing for fewer than three values,
  // whose spread nobody knows (of two the factor is 12.7), and where all are equal, which is not certainty.
  std::optional<Interval> interval;
};

// Throws Error when there are no values.
SeedMean mean_over_seeds(const std::vector<double>& values);

// Whether a mean difference is 0, from the differences of the same seeds. Both are silent where
// mean_over_seeds has no interval, but that equal differences have signs to flip.
//
// Student's paired t-test: p. It takes the differences for normal, and sees few seeds' only if they are large
// beside their spread: with five the mean must be 2.8 standard errors.
std::optional<double> paired_t_test(const std::vector<double>& differences);
// Fisher's randomisation test (R. A. Fisher, "The design of experiments", 1935, section 21), exact: of all
// 2^n ways to give the differences signs, the share whose sum is as far from 0. It takes nothing for granted
// but that without a difference either sign is as likely, and is 2^(1-n) or more. Nothing for n > 20.
std::optional<double> sign_flip_test(const std::vector<double>& differences);

// McNemar's exact test (Q. McNemar, "Note on the sampling error of the difference between correlated
// proportions or percentages", Psychometrika 12, 1947): p of a fair coin for the images that succeed in one
// of two runs only. 1 without any. Throws Error for negative counts.
double mcnemar_exact(Index only_first, Index only_second);

// The middle value, or the mean of the two middle ones; throws Error when there are none.
double median(std::vector<double> values);

}  // namespace voronet
