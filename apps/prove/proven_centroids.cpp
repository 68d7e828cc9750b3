#include <voronet/apps/prove/proven_network.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/theory/centroid_checks.h>
#include <voronet/theory/distances.h>
#include <voronet/theory/k_means.h>

#include <cmath>
#include <set>

namespace voronet {
namespace {

// Those given, or with `spoil` the first class's moved by 1 along the first axis.
Tensor claimed(const Tensor& centroids, bool spoil) {
  const Tensor claim = centroids.detach().clone();
  if (spoil) claim.mutable_data<double>()[0] += 1;
  return claim;
}

// The alpha for which a softmax layer's centroids spread like the features: any gives the same cells.
double alpha_like(const Tensor& features, const Tensor& centred_weight) {
  const auto spread = [](const Tensor& rows) {
    return std::sqrt(sum(square(rows - mean(rows, {0}, Dims::keep))).item() /
                     static_cast<double>(rows.dim(0)));
  };
  const double weights = spread(centred_weight), points = spread(features);
  return weights > 0 && points > 0 ? points / weights : 1;
}

CrossEntropyMeans cross_entropy_means(const SeenImages& images, const SoftmaxCentroids& centroids) {
  const CrossEntropyParts parts = cross_entropy_parts(images.features, centroids, softmax(images.logits));
  const Tensor labels = one_hot(images.labels, images.logits.dim(1), Dtype::f64);
  return {mean(sum(parts.own * labels, {1})).item(), mean(parts.mean).item(), mean(parts.variance).item(),
          mean(parts.entropy).item()};
}

double cheapest_flip(const SeenImages& images, const SoftmaxCentroids& centroids) {
  const Tensor costs = flip_costs(images.features, centroids, images.predicted);
  const Tensor own = one_hot(images.predicted, costs.dim(1), Dtype::f64);
  return -max(reshape(where(own, full(costs.shape(), -INFINITY, Dtype::f64), -costs), {-1}), 0).item();
}

ProvenCentroids prove(Checks& checks, const LinearForm& layer, const SeenImages& images, bool spoil,
                      Random& random) {
  SoftmaxCentroids centroids = softmax_centroids(layer.weight, layer.bias);
  centroids.centroids = claimed(centroids.centroids, spoil);
  const double alpha = alpha_like(images.features, centroids.weight);
  const auto shown = softmax_centroids(layer.weight, layer.bias, {.alpha = alpha});
  check_centroids(checks, layer, centroids, images.features, random);
  return {.softmax = ProvenSoftmax{centroids, cross_entropy_means(images, centroids),
                                   cheapest_flip(images, centroids), alpha},
          .not_nearest = differences(nearest(images.features, centroids), images.predicted),
          .shown = slice(shown.centroids, 1, 0, images.features.dim(1)),
          .distances = sqrt(squared_distances(images.features, shown))};
}

ProvenCentroids prove(Checks& checks, CentroidForm form, const SeenImages& images, bool spoil, Random&) {
  form.centroids = claimed(form.centroids, spoil);
  check_centroids(checks, form, images.logits, images.features);
  return {.not_nearest = differences(nearest(images.features, form.centroids), images.predicted),
          .shown = form.centroids,
          .distances = sqrt(squared_distances(images.features, form.centroids))};
}

ProvenCentroids prove(Checks& checks, ClassSpaceForm form, const SeenImages& images, bool spoil, Random&) {
  form.centroids = claimed(form.centroids, spoil);
  check_centroids(checks, form, images.logits, images.features);
  const Tensor squares = squared_distances(images.features, form);
  return {.not_nearest = differences(argmax(-squares), images.predicted), .distances = sqrt(squares)};
}

}  // namespace

std::optional<Tensor> ProvenCentroids::cones_apex() const {
  if (!softmax || !softmax->centroids.centre) return {};
  return reshape(-*softmax->centroids.centre, {1, -1});
}

ProvenCentroids prove_centroids(Checks& checks, const HeadForm& head, const SeenImages& images, bool spoil,
                                Random& random) {
  const NoGrad scope;
  const auto by = [&](const auto& form) -> ProvenCentroids {
    if constexpr (requires { prove(checks, form, images, spoil, random); })
      return prove(checks, form, images, spoil, random);
    throw Error("prove: about this head there are no theorems");
  };
  ProvenCentroids found = std::visit(by, head);
  const std::set<int> present(images.labels.begin(), images.labels.end());
  if (const Index classes = images.logits.dim(1); std::ssize(present) == classes)
    found.class_mean_accuracy = class_mean_accuracy(images.features, images.labels, classes);
  return found;
}

Index differences(const std::vector<int>& a, const std::vector<int>& b) {
  Index count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i];
  return count;
}

}  // namespace voronet
