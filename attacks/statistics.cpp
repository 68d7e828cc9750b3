#include <voronet/attacks/statistics.h>
#include <voronet/core/error.h>

#include <algorithm>
#include <cmath>

namespace voronet {

Interval wilson_interval(Index successes, Index trials) {
  require(successes >= 0 && successes <= trials, "wilson interval: ", successes, " successes of ", trials);
  if (trials == 0) return {};
  constexpr double z = 1.959963984540054;  // the normal distribution's 97.5 % quantile
  const auto n = static_cast<double>(trials);
  const double rate = static_cast<double>(successes) / n, shrink = 1 / (1 + z * z / n);
  const double centre = shrink * (rate + z * z / (2 * n));
  const double half = shrink * z * std::sqrt(rate * (1 - rate) / n + z * z / (4 * n * n));
  // Exact at the ends, where rounding would leave a little.
  return {successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half};
}

double median(std::vector<double> values) {
  require(!values.empty(), "median: there are no values");
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

}  // namespace voronet
