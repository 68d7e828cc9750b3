#include <voronet/attacks/statistics.h>
#include <voronet/core/error.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace voronet {
namespace {

namespace math = boost::math;

void require_counts(const char* what, Index successes, Index trials) {
  require(successes >= 0 && successes <= trials, what, ": ", successes, " successes of ", trials);
}

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

double mean(const std::vector<double>& values) { return sum(values) / static_cast<double>(values.size()); }

// Whether the values' spread says how far their mean may be off.
bool have_spread(const std::vector<double>& values) {
  if (values.size() < 3) return false;
  const auto [least, most] = std::ranges::minmax_element(values);
  return *least < *most;
}

// Of the mean of at least two values.
double standard_error(const std::vector<double>& values) {
  const double centre = mean(values), n = static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / (n - 1) / n);
}

math::students_t students(const std::vector<double>& values) {
  return math::students_t(static_cast<double>(values.size() - 1));
}

}  // namespace

Interval wilson_interval(Index successes, Index trials) {
  require_counts("wilson interval", successes, trials);
  if (trials == 0) return {};
  constexpr double z = 1.959963984540054;  // the normal distribution's 97.5 % quantile
  const auto n = static_cast<double>(trials);
  const double rate = static_cast<double>(successes) / n, shrink = 1 / (1 + z * z / n);
  const double centre = shrink * (rate + z * z / (2 * n));
  const double half = shrink * z * std::sqrt(rate * (1 - rate) / n + z * z / (4 * n * n));
  // Exact at the ends, where rounding would leave a little.
  return {successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half};
}

Interval clopper_pearson_interval(Index successes, Index trials) {
  require_counts("clopper-pearson interval", successes, trials);
  if (trials == 0) return {};
  const auto n = static_cast<double>(trials), k = static_cast<double>(successes);
  return {math::binomial::find_lower_bound_on_p(n, k, 0.025),
          math::binomial::find_upper_bound_on_p(n, k, 0.025)};
}

SuccessRate success_rate(Index count, Index of) {
  const bool at_an_end = count == 0 || count == of;
  return {count, of, at_an_end ? clopper_pearson_interval(count, of) : wilson_interval(count, of)};
}

double difference(const SuccessRate& a, const SuccessRate& b) {
  require(a.of > 0 && b.of > 0, "difference: a share of nothing");
  return static_cast<double>(a.count * b.of - b.count * a.of) / static_cast<double>(a.of * b.of);
}

SeedMean mean_over_seeds(const std::vector<double>& values) {
  require(!values.empty(), "mean over seeds: there are no values");
  const double centre = mean(values);
  if (!have_spread(values)) return {centre, {}};
  const double half = math::quantile(students(values), 0.975) * standard_error(values);
  return {centre, Interval{centre - half, centre + half}};
}

std::optional<double> paired_t_test(const std::vector<double>& differences) {
  if (!have_spread(differences)) return {};
  const double t = std::abs(mean(differences)) / standard_error(differences);
  return 2 * math::cdf(math::complement(students(differences), t));
}

std::optional<double> sign_flip_test(const std::vector<double>& differences) {
  const std::size_t n = differences.size();
  if (n < 3 || n > 20) return {};
  double size = 0;
  for (const double value : differences) size += std::abs(value);
  const double seen =
      std::abs(sum(differences)) - 1e-12 * size;  // sums that only rounding tells apart are equal
  const Index patterns = Index{1} << (n - 1);  // the last keeps its sign: all signs flipped are as far from 0
  Index as_far = 0;
  for (Index signs = 0; signs < patterns; ++signs) {
    double flipped = 0;
    for (std::size_t i = 0; i < n; ++i) flipped += (signs >> i & 1) == 1 ? -differences[i] : differences[i];
    as_far += std::abs(flipped) >= seen;
  }
  return static_cast<double>(as_far) / static_cast<double>(patterns);
}

double mcnemar_exact(Index only_first, Index only_second) {
  require(only_first >= 0 && only_second >= 0, "mcnemar: ", only_first, " and ", only_second, " images");
  if (only_first == only_second) return 1;
  const math::binomial coin(static_cast<double>(only_first + only_second), 0.5);
  return 2 * math::cdf(coin, static_cast<double>(std::min(only_first, only_second)));
}

double median(std::vector<double> values) {
  require(!values.empty(), "median: there are no values");
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

}  // namespace voronet
