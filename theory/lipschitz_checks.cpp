#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/theory/certificates.h>
#include <voronet/theory/distances.h>
#include <voronet/theory/lipschitz_checks.h>
#include <voronet/theory/scatter.h>
#include <voronet/theory/values.h>

#include <algorithm>
#include <map>
#include <utility>

namespace voronet {
namespace {

Tensor features_of(const BoundedMap& map) {
  require(map.points.dtype() == Dtype::f64, "checks: points of ", map.points.dtype(), ", not f64");
  const NoGrad scope;
  return map.phi(map.points);
}

// So much of a limit may be rounding, where it is reached.
constexpr double rounding = 1 + 1e-9;

// The same classes with numbers from 0 on, and how many there are.
std::pair<std::vector<int>, Index> numbered(const std::vector<int>& labels) {
  std::map<int, int> numbers;
  std::vector<int> result;
  for (const int label : labels)
    result.push_back(numbers.emplace(label, static_cast<int>(numbers.size())).first->second);
  return {result, std::ssize(numbers)};
}

// So far from its mean rounding alone may put a point: classes of equal points have a diameter of 0.
double mean_rounding(const Tensor& features) { return 1e-12 * largest(abs(features)); }

void check_scatter(Checks& checks, const BoundedMap& map, const Tensor& features) {
  const auto [labels, classes] = numbered(map.labels);
  const double l = map.lipschitz;
  const auto spreads = class_spreads(map.points, features, labels, classes);
  const double unit = mean_rounding(features);
  for (const ClassSpread& spread : spreads)
    checks.trial("distance-to-mean", "features are within L R_k of their class's mean", spread.feature_radius,
                 l * spread.input_diameter * rounding + unit);
  checks.trial("within-scatter", "scatter of features within classes is at most L^2 that of the inputs",
               scatter(features, labels, classes).within,
               l * l * scatter(map.points, labels, classes).within * rounding +
                   static_cast<double>(map.points.dim(0)) * unit * unit);

  const Tensor means = class_means(features, labels, classes), from_means = distances(features, means),
               apart = distances(map.points, map.points);
  const std::vector<int> cells = nearest(features, means);
  const Index n = map.points.dim(0);
  double astray = 0, slope = 0;
  for (Index i = 0; i < n; ++i) {
    astray += spreads[labels[i]].settled(l) && cells[i] != labels[i];
    for (Index j = 0; j < n; ++j) {
      if (cells[i] == cells[j]) continue;
      const double gap = from_means.at({i, cells[j]}) - from_means.at({i, cells[i]});
      slope = std::max(slope, gap / (2 * apart.at({i, j})));
    }
  }
  checks.trial("settled-classes",
               "classes with 2 L R_k below the distance of the means are nearest to theirs", astray, 0);
  checks.trial("cell-distance", "points of two cells are at least the gap of their distances over 2 L apart",
               slope, l * rounding);
}

// How many of the n moved points are of another class than before.
double flips(const BoundedMap& map, Head& head, const Tensor& moved, const std::vector<int>& before) {
  const NoGrad scope;
  const std::vector<int> after = argmax(head(map.phi(moved)));
  double count = 0;
  for (std::size_t i = 0; i < after.size(); ++i) count += after[i] != before[i];
  return count;
}

// Directions (n, ...) times lengths n, each direction made as long as that; 0 stays 0.
Tensor of_lengths(const Tensor& directions, const std::vector<double>& lengths) {
  const Index n = directions.dim(0);
  const Tensor rows = reshape(directions, {n, -1});
  const Tensor norms = sqrt(sum(square(rows), {1}, Dims::keep));
  const Tensor scale = from(lengths, {n, 1}, Dtype::f64) / clamp(norms, 1e-300, 1e300);
  return reshape(rows * scale, directions.shape());
}

// The direction, for each point, in which the logit of the predicted class loses most against class l's.
Tensor towards(const BoundedMap& map, Head& head, const std::vector<int>& predicted, Index l) {
  const Tensor x = variable(map.points);
  const Tensor logits = head(map.phi(x));
  const Tensor margins =
      slice(logits, 1, l, l + 1) - gather(logits, at_labels(predicted, logits.dim(1)), {logits.dim(0), 1});
  return grad(sum(margins), {x})[0];
}

void check_radii(Checks& checks, const BoundedMap& map, Head& head, const Tensor& logits, Index directions,
                 Random& random) {
  const std::vector<int> predicted = argmax(logits);
  std::vector<double> radii = certified_radii(head.form(), logits, map.lipschitz);
  for (double& radius : radii)
    radius = std::min(radius, 1e6) * (1 - 1e-9);  // those of classes alike are infinite
  const auto trial = [&](const Tensor& direction) {
    checks.trial("certificate", "no prediction changes within its certified radius",
                 flips(map, head, map.points + of_lengths(direction, radii), predicted), 0);
  };
  for (Index i = 0; i < directions; ++i) trial(normal(map.points.shape(), 0, 1, random, Dtype::f64));
  for (Index l = 0; l < logits.dim(1); ++l) trial(towards(map, head, predicted, l));
}

void check_islands(Checks& checks, const BoundedMap& map, const CentroidForm& form, const Tensor& confidences,
                   double tau) {
  const Tensor required = island_distances(form, tau, map.lipschitz),
               apart = distances(map.points, map.points);
  const Index n = confidences.dim(0), c = confidences.dim(1);
  std::vector<std::pair<Index, Index>> confident;  // point, class
  for (Index i = 0; i < n; ++i)
    for (Index k = 0; k < c; ++k)
      if (confidences.at({i, k}) > tau) confident.emplace_back(i, k);
  double violations = 0;
  for (const auto& [i, k] : confident)
    for (const auto& [j, l] : confident) violations += apart.at({i, j}) * rounding < required.at({k, l});
  checks.trial("islands", "points confident in different classes are as far apart as their islands",
               violations, 0);
}

}  // namespace

void check_lipschitz(Checks& checks, const BoundedMap& map, std::span<const double> jacobian_norms) {
  const Tensor features = features_of(map);
  check_scatter(checks, map, features);
  checks.trial("pair-ratio", "no two points move apart by more than L",
               largest_pair_ratio(map.points, features), map.lipschitz * rounding);
  for (const double norm : jacobian_norms)
    checks.trial("jacobian-norm", "no Jacobian has a norm above L", norm, map.lipschitz * rounding);
}

void check_certificates(Checks& checks, const BoundedMap& map, Head& head, Index directions, Random& random) {
  const Tensor features = features_of(map);
  const Tensor logits = head(features).detach();
  check_radii(checks, map, head, logits, directions, random);
  const HeadForm form = head.form();
  if (const auto* centroids = std::get_if<CentroidForm>(&form)) {
    check_own_confidence(checks, *centroids, logits, map.lipschitz);
    for (const double tau : {.1, .5, .9})
      check_islands(checks, map, *centroids, head.confidences(logits), tau);
  }
}

void check_own_confidence(Checks& checks, const CentroidForm& said, const Tensor& logits, double lipschitz) {
  const auto radii = certified_radii(said, logits, lipschitz),
             own = own_confidence_radii(said, logits, lipschitz);
  double excess = 0;  // in features
  for (std::size_t i = 0; i < radii.size(); ++i) excess = std::max(excess, (own[i] - radii[i]) * lipschitz);
  checks.trial("own-confidence", "a radius from the own confidence alone is not above the one from all",
               excess, 1e-9);
}

void check_step_norms(Checks& checks, const Lipschitz& lipschitz) {
  for (const LipschitzStep& step : lipschitz.steps)
    checks.trial("power-below-bound", "power iteration does not pass the bound from above",
                 step.norm.estimate, step.norm.bound);
}

}  // namespace voronet
