// Checks: claims of the theory, tried on numbers.
#pragma once

#include <voronet/core/shape.h>

#include <string>
#include <vector>

namespace voronet {

// One claim and the worst of its trials.
struct Check {
  std::string name;      // for programs: "softmax-is-nearest-centroid"
  std::string claim;     // for people, one line of plain text
  double value = 0;      // what came out: the largest error, or the number of violations
  double tolerance = 0;  // the largest that passes
  Index trials = 0;      // how many numbers were compared, or layers tried

  bool ok() const { return trials > 0 && value <= tolerance; }  // NaN fails
};

// A list of checks in the order of their first trials.
class Checks {
 public:
  // Counts a trial of the check of this name: the one that is worst, by value against tolerance, is kept,
  // and a NaN, which fails, for good. The claim is that of the first trial.
  void trial(const std::string& name, const std::string& claim, double value, double tolerance);

  const std::vector<Check>& all() const { return checks_; }  // in the order of their first trials
  Index failed() const;                                      // how many

 private:
  std::vector<Check> checks_;
};

}  // namespace voronet
