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

// Of logits -rho_k^2: how many times as far as the features rho_k moves at most. Of centroids sqrt(gamma_k).
std::vector<double> slopes_of(const CentroidForm& form) {
  require(form.centroids.rank() == 2 && form.gamma.shape() == Shape{form.centroids.dim(0)},
          "certificates: centroids ", form.centroids.shape(), " and gamma ", form.gamma.shape());
  std::vector<double> roots = form.gamma.to_vector();
  for (double& g : roots) {
    require(g > 0, "certificates: a gamma of ", g);
    g = std::sqrt(g);
  }
  return roots;
}

std::vector<double> slopes_of(const ClassSpaceForm& form) {
  const Index size = form.weight.dim(0), classes = form.weight.dim(1), d = form.weight.dim(2);
  std::vector<double> slopes;
  for (Index k = 0; k < classes; ++k) {
    const Tensor to_class = reshape(slice(form.weight.detach(), 1, k, k + 1), {size, d});
    slopes.push_back(std::sqrt(form.gamma / static_cast<double>(size)) * matrix_norm_bound(to_class));
  }
  return slopes;
}

std::vector<double> slopes_of(const HeadForm& form) {
  if (const auto* own = std::get_if<CentroidForm>(&form)) return slopes_of(*own);
  const auto* spaces = std::get_if<ClassSpaceForm>(&form);
  require(spaces != nullptr, "certificates: the head's logits are no squares of distances from centroids");
  return slopes_of(*spaces);
}

std::vector<double> linear_radii(const Tensor& weight, const Tensor& logits, double lipschitz) {
  require(weight.rank() == 2, "certificates: a linear weight ", weight.shape());
  const Tensor apart = distances(weight, weight);
  const Index classes = weight.dim(0);
  return for_each_image(logits, classes, [&](std::span<const double> logit, Index k) {
    return smallest_of_others(classes, k, [&](Index l) {
      const double margin = logit[k] - logit[l];  // of classes with equal weights it never changes
      return margin > 0 ? margin / (lipschitz * apart.at({k, l})) : 0;
    });
  });
}

}  // namespace

double largest_gauss_slope(double gamma) { return std::sqrt(2 * gamma / std::numbers::e); }

std::vector<double> largest_slopes(const HeadForm& form) {
  std::vector<double> slopes = slopes_of(form);
  for (double& slope : slopes) slope *= largest_gauss_slope(1);
  return slopes;
}

std::vector<double> certified_radii(const HeadForm& form, const Tensor& logits, double lipschitz) {
  require_lipschitz(lipschitz);
  if (const auto* linear = std::get_if<LinearForm>(&form))
    return linear_radii(linear->weight, logits, lipschitz);
  const std::vector<double> slopes = slopes_of(form);
  const Index classes = std::ssize(slopes);
  return for_each_image(logits, classes, [&](std::span<const double> logit, Index k) {
    return smallest_of_others(classes, k, [&](Index l) {
      return (std::sqrt(-logit[l]) - std::sqrt(-logit[k])) / (lipschitz * (slopes[l] + slopes[k]));
    });
  });
}

std::vector<double> own_confidence_radii(const CentroidForm& form, const Tensor& logits, double lipschitz) {
  require_lipschitz(lipschitz);
  const std::vector<double> root = slopes_of(form);
  const Tensor apart = distances(form.centroids, form.centroids);
  const Index classes = std::ssize(root);
  return for_each_image(logits, classes, [&](std::span<const double> logit, Index k) {
    const double border = smallest_of_others(
        classes, k, [&](Index l) { return root[l] * apart.at(k * classes + l) / (root[k] + root[l]); });
    return (border - std::sqrt(-logit[k]) / root[k]) / lipschitz;
  });
}

Tensor island_distances(const CentroidForm& form, double tau, double lipschitz) {
  require_lipschitz(lipschitz);
  require(tau > 0 && tau < 1, "islands: a confidence of ", tau, " is not in (0, 1)");
  const std::vector<double> root = slopes_of(form);
  std::vector<double> result = distances(form.centroids, form.centroids).to_vector();
  const auto radius = [&](Index k) { return std::sqrt(std::log(1 / tau)) / root[k]; };
  const Index classes = std::ssize(root);
  for (Index k = 0; k < classes; ++k)
    for (Index l = 0; l < classes; ++l)
      result[k * classes + l] =
          k == l ? 0 : std::max(0.0, (result[k * classes + l] - radius(k) - radius(l)) / lipschitz);
  return from(result, {classes, classes}, Dtype::f64);
}

}  // namespace voronet
