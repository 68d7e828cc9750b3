// The statistics that summaries need.
#pragma once

#include <voronet/core/shape.h>

#include <vector>

namespace voronet {

struct Interval {
  double low = 0, high = 1;
};

// Wilson's 95 % interval for a rate of which `successes` of `trials` were seen (E. B. Wilson, "Probable
// inference, the law of succession, and statistical inference", JASA 22, 1927); [0, 1] without trials. Throws
// Error unless 0 <= successes <= trials.
Interval wilson_interval(Index successes, Index trials);

// The middle value, or the mean of the two middle ones; throws Error when there are none.
double median(std::vector<double> values);

}  // namespace voronet
