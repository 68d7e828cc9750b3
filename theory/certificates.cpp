#include <voronet/core/operators/shapes.h>
#include <voronet/theory/certificates.h>
#include <voronet/theory/distances.h>
#include <voronet/theory/operator_norm.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace voronet {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void require_lipschitz(double lipschitz) {
  require(lipschitz > 0 && std::isfinite(lipschitz), "certificates: a Lipschitz bound of ", lipschitz);
}

// Calls radius(logits of image i, its largest logit's class) for each.
template <class Radius>
std::vector<double> for_each_image(const Tensor& logits, Index classes, const Radius& radius) {
  require(logits.rank() == 2 && logits.dim(1) == classes && classes >= 2, "certificates: logits ",
          logits.shape(), " of a head of ", classes, " classes");
  const Tensor all = logits.detach().to(Dtype::f64);
  std::vector<double> radii;
  for (Index i = 0; i < logits.dim(0); ++i) {
    const std::span<const double> own = all.values<double>().subspan(i * classes, classes);
    const bool finite =
        std::all_of(own.begin(), own.end(), [](double logit) { return std::isfinite(logit); });
    const Index predicted = std::max_element(own.begin(), own.end()) - own.begin();
    radii.push_back(finite ? std::max(0.0, radius(own, predicted)) : 0);
  }
  return radii;
}

// The smallest of f(l) over the classes but k.
template <class F>
double smallest_of_others(Index classes, Index k, const F& f) {
  double smallest = infinity;
  for (Index l = 0; l < classes; ++l)
    if (l != k) smallest = std::min(smallest, f(l));
  return smallest;
}

// gamma, as roots: what a distance is multiplied by to be compared.
std::vector<double> roots(const Tensor& gamma) {
  std::vector<double> result = gamma.to_vector();
  for (double& g : result) {
    require(g > 0, "certificates: a gamma of ", g);
    g = std::sqrt(g);
  }
  return result;
}

void require_centroids(const Tensor& centroids, const Tensor& gamma) {
  require(centroids.rank() == 2 && gamma.shape() == Shape{centroids.dim(0)}, "certificates: centroids ",
          centroids.shape(), " and gamma ", gamma.shape());
}

// The same for a DUQ head: what a step in features is at most multiplied by.
std::vector<double> roots(const DuqHead& head) {
  const Index size = head.weight.dim(0), classes = head.weight.dim(1), d = head.weight.dim(2);
  std::vector<double> result;
  for (Index k = 0; k < classes; ++k) {
    const Tensor to_class = reshape(slice(head.weight.detach(), 1, k, k + 1), {size, d});
    result.push_back(std::sqrt(head.gamma() / static_cast<double>(size)) * matrix_norm_bound(to_class));
  }
  return result;
}

// Of logits -rho_k^2, where rho_k moves at most slopes_k times as far as the features.
std::vector<double> square_radii(const Tensor& logits, const std::vector<double>& slopes, double lipschitz) {
  require_lipschitz(lipschitz);
  const Index classes = std::ssize(slopes);
  return for_each_image(logits, classes, [&](std::span<const double> logit, Index k) {
    return smallest_of_others(classes, k, [&](Index l) {
      return (std::sqrt(-logit[l]) - std::sqrt(-logit[k])) / (lipschitz * (slopes[l] + slopes[k]));
    });
  });
}

}  // namespace

double gauss_slope(double gamma, double r) { return 2 * gamma * r * std::exp(-gamma * r * r); }

double largest_gauss_slope(double gamma) { return std::sqrt(2 * gamma / std::numbers::e); }

std::vector<double> largest_slopes(const Head& head) {
  const auto* gauss = dynamic_cast<const GaussHead*>(&head);
  const auto* duq = dynamic_cast<const DuqHead*>(&head);
  require(gauss != nullptr || duq != nullptr, "slopes: they have a limit for Gauss and DUQ heads");
  std::vector<double> slopes = gauss != nullptr ? roots(gauss->gamma) : roots(*duq);
  for (double& slope : slopes) slope *= largest_gauss_slope(1);
  return slopes;
}

std::vector<double> gauss_radii(const Tensor& logits, const Tensor& gamma, double lipschitz) {
  return square_radii(logits, roots(gamma), lipschitz);
}

std::vector<double> duq_radii(const Tensor& logits, const DuqHead& head, double lipschitz) {
  return square_radii(logits, roots(head), lipschitz);
}

std::vector<double> own_confidence_radii(const Tensor& logits, const Tensor& centroids, const Tensor& gamma,
                                         double lipschitz) {
  require_lipschitz(lipschitz);
  require_centroids(centroids, gamma);
  const std::vector<double> root = roots(gamma);
  const Tensor apart = distances(centroids, centroids);
  const Index classes = gamma.size();
  return for_each_image(logits, classes, [&](std::span<const double> logit, Index k) {
    const double border = smallest_of_others(classes, k, [&](Index l) {
      return root[l] * apart.at({k, l}) / (root[k] + root[l]);
    });
    return (border - std::sqrt(-logit[k]) / root[k]) / lipschitz;
  });
}

std::vector<double> softmax_radii(const Tensor& logits, const Tensor& weight, double lipschitz) {
  require_lipschitz(lipschitz);
  require(weight.rank() == 2, "certificates: a softmax weight ", weight.shape());
  const Tensor apart = distances(weight, weight);
  const Index classes = weight.dim(0);
  return for_each_image(logits, classes, [&](std::span<const double> logit, Index k) {
    return smallest_of_others(classes, k, [&](Index l) {
      const double margin = logit[k] - logit[l];  // of classes with equal weights it never changes
      return margin > 0 ? margin / (lipschitz * apart.at({k, l})) : 0;
    });
  });
}

Tensor island_distances(const Tensor& centroids, const Tensor& gamma, double tau, double lipschitz) {
  require_lipschitz(lipschitz);
  require_centroids(centroids, gamma);
  require(tau > 0 && tau < 1, "islands: a confidence of ", tau, " is not in (0, 1)");
  const std::vector<double> root = roots(gamma);
  std::vector<double> result = distances(centroids, centroids).to_vector();
  const auto radius = [&](Index k) { return std::sqrt(std::log(1 / tau)) / root[k]; };
  const Index classes = gamma.size();
  for (Index k = 0; k < classes; ++k)
    for (Index l = 0; l < classes; ++l)
      result[k * classes + l] =
          k == l ? 0 : std::max(0.0, (result[k * classes + l] - radius(k) - radius(l)) / lipschitz);
  return from(result, {classes, classes}, Dtype::f64);
}

std::vector<double> certified_radii(const Head& head, const Tensor& logits, double lipschitz) {
  if (const auto* gauss = dynamic_cast<const GaussHead*>(&head))
    return gauss_radii(logits, gauss->gamma, lipschitz);
  if (const auto* duq = dynamic_cast<const DuqHead*>(&head)) return duq_radii(logits, *duq, lipschitz);
  const auto* softmax = dynamic_cast<const SoftmaxHead*>(&head);
  require(softmax != nullptr, "certificates: they are for softmax, Gauss and DUQ heads");
  return softmax_radii(logits, softmax->weight, lipschitz);
}

CertificateCounts count_certificates(std::vector<double> radii, const std::vector<double>& thresholds) {
  require(!radii.empty(), "certificates: no images");
  std::sort(radii.begin(), radii.end());
  const std::size_t half = radii.size() / 2;
  CertificateCounts counts{.images = std::ssize(radii),
                           .median = (radii[half] + radii[(radii.size() - 1) / 2]) / 2,
                           .largest = radii.back(),
                           .at_least = {}};
  for (const double radius : thresholds)
    counts.at_least.push_back({radius, radii.end() - std::lower_bound(radii.begin(), radii.end(), radius)});
  return counts;
}

}  // namespace voronet
