#include <voronet/apps/experiment/seed_statistics.h>
#include <voronet/core/error.h>

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace voronet {
namespace {

namespace math = boost::math;

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// Of the mean of at least two values.
double standard_error(const std::vector<double>& values) {
  const double mean = mean_of(values), n = static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (n - 1) / n);
}

math::students_t students(const std::vector<double>& values) {
  return math::students_t(static_cast<double>(values.size() - 1));
}

}  // namespace

SeedMean mean_over_seeds(const std::vector<double>& values) {
  require(!values.empty(), "mean over seeds: there are no values");
  const double mean = mean_of(values);
  if (values.size() < 2) return {mean, {}};
  const double half = math::quantile(students(values), 0.975) * standard_error(values);
  return {mean, Interval{mean - half, mean + half}};
}

std::optional<double> paired_t_test(const std::vector<double>& differences) {
  const auto [least, most] = std::ranges::minmax_element(differences);
  if (differences.size() < 2 || *least == *most) return {};
  const double t = std::abs(mean_of(differences)) / standard_error(differences);
  return 2 * math::cdf(math::complement(students(differences), t));
}

double mcnemar_exact(Index only_first, Index only_second) {
  require(only_first >= 0 && only_second >= 0, "mcnemar: ", only_first, " and ", only_second, " images");
  if (only_first == only_second) return 1;
  const math::binomial coin(static_cast<double>(only_first + only_second), 0.5);
  return 2 * math::cdf(coin, static_cast<double>(std::min(only_first, only_second)));
}

}  // namespace voronet
