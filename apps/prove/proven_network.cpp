#include <voronet/apps/cli/interrupt.h>
#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/apps/prove/proven_network.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/heads/ddu.h>
#include <voronet/theory/centroid_checks.h>
#include <voronet/theory/derivative_checks.h>
#include <voronet/theory/distances.h>
#include <voronet/theory/jacobian.h>
#include <voronet/theory/lipschitz_checks.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace voronet {
namespace {

constexpr Index batch = 100;                  // images at a time, to bound memory
constexpr Index certificate_directions = 10;  // random ones, in which a certificate is tried to be broken
// A large network's derivatives take seconds an image: they are made for fewer images.
constexpr Index large_network = 1'000'000, images_of_large_network = 50;

void require_finite(const Tensor& tensor, const std::string& name, const std::string& what) {
  for (const double value : tensor.to_vector())
    require(std::isfinite(value), "prove: ", name, ": ", what, " holds a value that is not finite");
}

// Throws Error, in one line, for what no theorem here is about.
void require_provable(Classifier& network, const std::string& name) {
  const Head& head = network.head();
  const auto* gauss = dynamic_cast<const GaussHead*>(&head);
  const auto* duq = dynamic_cast<const DuqHead*>(&head);
  const bool linear =
      dynamic_cast<const SoftmaxHead*>(&head) != nullptr || dynamic_cast<const DduHead*>(&head) != nullptr;
  require(linear || gauss != nullptr || duq != nullptr, "prove: ", name, " ends in a head called ",
          network.config().head, ", about which there are no theorems");
  require(network.config().embedding >= 2, "prove: ", name, " has a single feature; at least 2 are needed");
  const State state = network.state();
  for (const auto& entries : {state.parameters, state.buffers})
    for (const State::Entry& entry : entries) require_finite(*entry.tensor, name, entry.name);
  if (duq != nullptr) require_finite(duq->centroids(), name, "m / N, the centroids,");
  if (gauss != nullptr)
    for (const double gamma : gauss->gamma.to_vector())
      require(gamma > 0, "prove: ", name, ": a gamma of ", gamma, " is not positive");
}

// The network's features, (n, d), by batches unless they are to be differentiated.
Tensor features_of(Classifier& network, const Tensor& images) {
  if (images.tracked()) return network.features(images);
  const NoGrad scope;
  const Tensor features({images.dim(0), network.config().embedding}, Dtype::f64);
  for (Index first = 0; first < images.dim(0); first += batch) {
    const Index last = std::min(first + batch, images.dim(0));
    slice(features, 0, first, last).assign(network.features(slice(images, 0, first, last)));
  }
  return features;
}

// In how many places two lists of one length differ.
Index differences(const std::vector<int>& a, const std::vector<int>& b) {
  Index count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i];
  return count;
}

void require_not_interrupted() { require(!interrupted(), "prove: stopped"); }

// Calls make(first, end) for the batches of 0..n-1 that are this rank's.
template <class Make>
void dealt_batches(ranks::Team& team, Index n, Index size, const Make& make) {
  for (Index first = team.rank() * size; first < n; first += team.size() * size) {
    require_not_interrupted();
    make(first, std::min(first + size, n));
  }
}

void find_features(ProvenNetwork& proven, const data::Dataset& data, ranks::Team& team, Screen screen) {
  Progress progress(screen, proven.name + ": features", data.unit(), data.size());
  proven.labels = data.labels;
  proven.features = zeros({data.size(), proven.network.config().embedding}, Dtype::f64);
  dealt_batches(team, data.size(), batch, [&](Index first, Index end) {
    std::vector<Index> chosen(static_cast<std::size_t>(end - first));
    std::iota(chosen.begin(), chosen.end(), first);
    const Tensor images = data.inputs(chosen, Dtype::f64);
    slice(proven.features, 0, first, end).assign(features_of(proven.network, images));
    progress.update(end);
  });
  team.sum({proven.features.mutable_data<double>(), static_cast<std::size_t>(proven.features.size())});
  progress.update(data.size());
}

// The head's classes of the features.
void find_predictions(ProvenNetwork& proven) {
  const NoGrad scope;
  proven.logits = proven.network.head()(proven.features);
  proven.predicted = argmax(proven.logits);
  proven.correct = proven.size() - differences(proven.predicted, proven.labels);
}

// Puts a DDU network's softmax layer in the place of its class Gaussians.
void replace_gaussians(ProvenNetwork& proven) {
  const auto& ddu = dynamic_cast<const DduHead&>(proven.head());
  const Tensor weight = ddu.weight, bias = ddu.bias;
  ClassifierConfig config = proven.network.config();
  config.head = "softmax";
  config.bias = true;
  Random random;  // what it draws is replaced
  proven.network.replace_head(config, random);
  const auto& softmax = dynamic_cast<const SoftmaxHead&>(proven.head());
  softmax.weight.assign(weight);
  softmax.bias.assign(bias);
}

void find_classes(ProvenNetwork& proven) {
  find_predictions(proven);
  if (proven.last_layer != "ddu") return;
  const std::vector<int> by_gaussians = proven.predicted;
  replace_gaussians(proven);
  find_predictions(proven);
  proven.gaussians_differ = differences(by_gaussians, proven.predicted);
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

CrossEntropyMeans cross_entropy_means(const ProvenNetwork& proven) {
  const CrossEntropyParts parts =
      cross_entropy_parts(proven.features, *proven.softmax, softmax(proven.logits));
  const Tensor labels = one_hot(proven.labels, proven.logits.dim(1), Dtype::f64);
  return {mean(sum(parts.own * labels, {1})).item(), mean(parts.mean).item(), mean(parts.variance).item(),
          mean(parts.entropy).item()};
}

// Moves the first class's centroid by 1 along the first axis.
Tensor spoiled(const Tensor& centroids) {
  const Tensor wrong = centroids.detach().clone();
  wrong.mutable_data<double>()[0] += 1;
  return wrong;
}

void find_softmax_centroids(ProvenNetwork& proven, const SoftmaxHead& head, bool spoil, Random& random) {
  proven.softmax = softmax_centroids(head.weight, head.bias);
  if (spoil) proven.softmax->centroids = spoiled(proven.softmax->centroids);
  proven.not_nearest = differences(nearest(proven.features, *proven.softmax), proven.predicted);
  const Tensor costs = flip_costs(proven.features, *proven.softmax, proven.predicted);
  const Tensor own = one_hot(proven.predicted, costs.dim(1), Dtype::f64);
  proven.cheapest_flip =
      -max(reshape(where(own, full(costs.shape(), -INFINITY, Dtype::f64), -costs), {-1}), 0).item();
  proven.cross_entropy = cross_entropy_means(proven);
  proven.shown_alpha = alpha_like(proven.features, proven.softmax->weight);
  const auto shown = softmax_centroids(head.weight, head.bias, {.alpha = proven.shown_alpha});
  proven.centroid_distances = sqrt(squared_distances(proven.features, shown));
  proven.shown_centroids = slice(shown.centroids, 1, 0, proven.features.dim(1));
  check_softmax_centroids(proven.checks, head.weight, head.bias, *proven.softmax, proven.features, random);
}

void find_gauss_centroids(ProvenNetwork& proven, const GaussHead& head, bool spoil) {
  proven.shown_centroids = spoil ? spoiled(head.weight) : head.weight.detach();
  proven.not_nearest = differences(nearest(proven.features, proven.shown_centroids), proven.predicted);
  proven.centroid_distances = sqrt(squared_distances(proven.features, proven.shown_centroids));
  check_gauss_centroids(proven.checks, head.gamma, proven.shown_centroids, proven.logits, proven.features);
}

void find_duq_centroids(ProvenNetwork& proven, const DuqHead& head, bool spoil) {
  const Tensor centroids = spoil ? spoiled(head.centroids()) : head.centroids();
  const Tensor squares = class_space_squared_distances(proven.features, head.weight, centroids);
  proven.not_nearest = differences(argmax(-squares), proven.predicted);
  proven.centroid_distances = sqrt(squares);
  check_duq_centroids(proven.checks, head.weight, head.gamma(), centroids, proven.logits, proven.features);
}

void find_centroids(ProvenNetwork& proven, bool spoil, Random& random) {
  const NoGrad scope;
  if (const auto* softmax = dynamic_cast<const SoftmaxHead*>(&proven.head()))
    find_softmax_centroids(proven, *softmax, spoil, random);
  else if (const auto* duq = dynamic_cast<const DuqHead*>(&proven.head()))
    find_duq_centroids(proven, *duq, spoil);
  else
    find_gauss_centroids(proven, dynamic_cast<const GaussHead&>(proven.head()), spoil);
  const Index classes = proven.logits.dim(1);
  if (std::set<int>(proven.labels.begin(), proven.labels.end()).size() == static_cast<std::size_t>(classes))
    proven.class_mean_accuracy = class_mean_accuracy(proven.features, proven.labels, classes);
}

Lipschitz find_lipschitz(ProvenNetwork& proven, Layers layers, const char* how, Screen screen) {
  std::optional<Progress> progress;  // begins when the number of layers is known
  return feature_lipschitz(proven.network, layers, {}, [&](Index done, Index of) {
    if (!progress) progress.emplace(screen, proven.name + ": norms of layers " + how, "layers", of);
    progress->update(done);
    require_not_interrupted();
  });
}

void find_jacobians(ProvenNetwork& proven, const Tensor& images, ranks::Team& team, Screen screen) {
  const PointMap phi = [&](const Tensor& x) { return proven.network.features(x); };
  Progress progress(screen, proven.name + ": Jacobians", "inputs", images.dim(0));
  proven.jacobian_norms.resize(static_cast<std::size_t>(images.dim(0)));
  dealt_batches(team, images.dim(0), 10, [&](Index first, Index end) {
    const std::vector<double> norms = jacobian_norms(phi, slice(images, 0, first, end));
    std::copy(norms.begin(), norms.end(), proven.jacobian_norms.begin() + first);
    progress.update(end);
  });
  team.sum(proven.jacobian_norms);
  progress.update(images.dim(0));
}

void try_certificates(ProvenNetwork& proven, const BoundedMap& map, Random& random, Screen screen) {
  const Index n = map.points.dim(0);
  Progress progress(screen, proven.name + ": certificates", "inputs", n);
  for (Index first = 0; first < n; first += batch) {
    require_not_interrupted();
    const Index last = std::min(first + batch, n);
    BoundedMap part = map;
    part.points = slice(map.points, 0, first, last);
    part.labels = {map.labels.begin() + first, map.labels.begin() + last};
    check_certificates(proven.checks, part, proven.network.head(), certificate_directions, random);
    progress.update(last);
  }
}

Index number_of_parameters(Classifier& network) {
  Index count = 0;
  for (const Tensor& parameter : network.parameters()) count += parameter.size();
  return count;
}

// Everything about Lipschitz bounds, on the first images.
void find_bounds(ProvenNetwork& proven, const data::Dataset& data, const ProveOptions& options,
                 Random& random, Screen screen) {
  const Index n = std::min(options.images, data.size());
  std::vector<Index> chosen;
  for (Index i = 0; i < n; ++i) chosen.push_back(i);
  const Tensor images = data.inputs(chosen, Dtype::f64);
  const std::vector<int> labels(data.labels.begin(), data.labels.begin() + n);
  const Tensor features = slice(proven.features, 0, 0, n), logits = slice(proven.logits, 0, 0, n);
  proven.input_scatter = scatter(images, labels, data.classes);
  proven.feature_scatter = scatter(features, labels, data.classes);
  proven.pair_ratio = largest_pair_ratio(images, features);
  proven.apart = find_lipschitz(proven, Layers::apart, "apart", screen);
  proven.fused = find_lipschitz(proven, Layers::fused, "fused", screen);
  proven.radii = certified_radii(proven.head(), logits, proven.fused.total.bound);
  proven.one_pixel_radii = certified_radii(proven.head(), logits, proven.fused.total.one_pixel);

  const bool large = number_of_parameters(proven.network) > large_network;
  const Index differentiated = large ? std::min(n, images_of_large_network) : n;
  find_jacobians(proven, slice(images, 0, 0, differentiated), *options.team, screen);
  const BoundedMap all{[&](const Tensor& x) { return features_of(proven.network, x); },
                       proven.fused.total.bound, images, labels};
  BoundedMap some = all;
  some.points = slice(images, 0, 0, differentiated);
  some.labels.resize(differentiated);
  check_lipschitz(proven.checks, all, proven.jacobian_norms);
  check_step_norms(proven.checks, proven.apart);
  if (!proven.softmax)
    check_confidence_slopes(proven.checks, proven.network.head(), features, largest_slopes(proven.head()));
  try_certificates(proven, some, random, screen);
}

}  // namespace

void add_prove_options(CLI::App& command, ProveOptions& options) {
  command
      .add_option("--images", options.images,
                  "The first N images or points, for what compares them or differentiates")
      ->check(positive_number);
  command.add_option("--seed", options.seed, "Of all that is random");
}

double ProvenNetwork::largest_jacobian() const {
  return *std::max_element(jacobian_norms.begin(), jacobian_norms.end());
}

std::optional<Tensor> ProvenNetwork::cones_apex() const {
  if (!softmax || !softmax->centre) return {};
  return reshape(-*softmax->centre, {1, -1});
}

ProvenNetwork load_provable(const CheckpointOptions& checkpoint, const data::Dataset& data) {
  require(data.size() > 0, "prove: data set ", data.name, " has no images");
  const std::string name = name_of_network(checkpoint.checkpoint);
  Classifier network = load(checkpoint);
  require_provable(network, name);
  const ClassifierConfig& config = network.config();
  require(config.classes == data.classes, "prove: ", name, " has ", config.classes, " classes, ", data.name,
          " has ", data.classes);
  require(network.input_shape() == data.input_shape(), "prove: ", name, " takes inputs ",
          network.input_shape(), ", ", data.name, " has ", data.unit(), ' ', data.input_shape());
  network.to(Dtype::f64);
  network.eval();
  return {.name = name, .last_layer = config.head, .network = std::move(network)};
}

void prove_network(ProvenNetwork& proven, const data::Dataset& data, const ProveOptions& options,
                   Screen screen) {
  Random random(options.seed);
  if (data.input_shape() == Shape{2}) proven.plane_points = data.points;
  find_features(proven, data, *options.team, screen);
  find_classes(proven);
  find_centroids(proven, options.spoil, random);
  find_bounds(proven, data, options, random, screen);
}

}  // namespace voronet
