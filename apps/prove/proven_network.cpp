#include <voronet/apps/cli/errors.h>
#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/apps/prove/proven_network.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/theory/derivative_checks.h>
#include <voronet/theory/lipschitz_checks.h>

#include <algorithm>
#include <numeric>

namespace voronet {
namespace {

constexpr Index batch = 100;                  // images at a time, to bound memory
constexpr Index certificate_directions = 10;  // random ones, in which a certificate is tried to be broken
// A large network's derivatives take seconds an image: they are made for fewer images.
constexpr Index large_network = 1'000'000, images_of_large_network = 50;

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

// Calls make(first, end) for the batches of 0..n-1 that are this rank's.
template <class Make>
void dealt_batches(ranks::Team& team, Index n, Index size, const Make& make) {
  for (Index first = team.rank() * size; first < n; first += team.size() * size) {
    require_not_interrupted("prove: stopped");
    make(first, std::min(first + size, n));
  }
}

// Images or points first..end-1, in f64.
Tensor inputs_of(const data::Dataset& data, Index first, Index end) {
  std::vector<Index> chosen(end - first);
  std::iota(chosen.begin(), chosen.end(), first);
  return data.inputs(chosen, Dtype::f64);
}

Tensor find_features(ProvenNetwork& proven, const data::Dataset& data, ranks::Team& team, Screen screen) {
  Progress progress(screen, proven.name + ": features", data.unit(), data.size());
  const Tensor features = zeros({data.size(), proven.network.config().embedding}, Dtype::f64);
  dealt_batches(team, data.size(), batch, [&](Index first, Index end) {
    slice(features, 0, first, end).assign(features_of(proven.network, inputs_of(data, first, end)));
    progress.update(end);
  });
  team.sum({features.mutable_data<double>(), static_cast<std::size_t>(features.size())});
  progress.update(data.size());
  return features;
}

// The present head's classes of the features.
void classify(ProvenNetwork& proven) {
  const NoGrad scope;
  proven.images.logits = proven.network.head()(proven.images.features);
  proven.images.predicted = argmax(proven.images.logits);
}

// Puts a softmax head with this layer in the place of the network's own.
void replace_head(Classifier& network, const LinearForm& layer) {
  ClassifierConfig config = network.config();
  config.head = "softmax";
  config.bias = layer.bias.defined();
  Random random;  // what it draws is replaced
  network.replace_head(config, random);
  const Tensors parameters = network.head().parameters();
  parameters[0].assign(layer.weight);
  if (config.bias) parameters[1].assign(layer.bias);
}

void find_classes(ProvenNetwork& proven) {
  SeenImages& images = proven.images;
  classify(proven);
  const HeadForm form = proven.form();
  if (const auto* layer = std::get_if<TrainedLinearForm>(&form)) {
    const std::vector<int> by_gaussians = images.predicted;
    replace_head(proven.network, layer->trained);
    classify(proven);
    proven.gaussians_differ = differences(by_gaussians, images.predicted);
  }
  images.correct = proven.size() - differences(images.predicted, images.labels);
}

Lipschitz find_lipschitz(ProvenNetwork& proven, Layers layers, const char* how, Screen screen) {
  std::optional<Progress> progress;  // begins when the number of layers is known
  return feature_lipschitz(proven.network, layers, {}, [&](Index done, Index of) {
    if (!progress) progress.emplace(screen, proven.name + ": norms of layers " + how, "layers", of);
    progress->update(done);
    require_not_interrupted("prove: stopped");
  });
}

std::vector<double> find_jacobians(ProvenNetwork& proven, const Tensor& images, ranks::Team& team,
                                   Screen screen) {
  const PointMap phi = [&](const Tensor& x) { return proven.network.features(x); };
  Progress progress(screen, proven.name + ": Jacobians", "inputs", images.dim(0));
  std::vector<double> all(images.dim(0));
  dealt_batches(team, images.dim(0), 10, [&](Index first, Index end) {
    const std::vector<double> norms = jacobian_norms(phi, slice(images, 0, first, end));
    std::copy(norms.begin(), norms.end(), all.begin() + first);
    progress.update(end);
  });
  team.sum(all);
  progress.update(images.dim(0));
  return all;
}

// Images first..end-1 of a map's.
BoundedMap part_of(const BoundedMap& map, Index first, Index end) {
  return {map.phi,
          map.lipschitz,
          slice(map.points, 0, first, end),
          {map.labels.begin() + first, map.labels.begin() + end}};
}

void try_certificates(ProvenNetwork& proven, const BoundedMap& map, Index n, Random& random, Screen screen) {
  Progress progress(screen, proven.name + ": certificates", "inputs", n);
  for (Index first = 0; first < n; first += batch) {
    require_not_interrupted("prove: stopped");
    const Index end = std::min(first + batch, n);
    check_certificates(proven.checks, part_of(map, first, end), proven.network.head(), certificate_directions,
                       random);
    progress.update(end);
  }
}

// For how many of n images derivatives are made.
Index differentiated(Classifier& network, Index n) {
  Index parameters = 0;
  for (const Tensor& parameter : network.parameters()) parameters += parameter.size();
  return parameters > large_network ? std::min(n, images_of_large_network) : n;
}

// Everything about Lipschitz bounds, on the first images.
void find_bounds(ProvenNetwork& proven, const data::Dataset& data, const ProveOptions& options,
                 Random& random, Screen screen) {
  const Index n = std::min(options.images, data.size()), fewer = differentiated(proven.network, n);
  const Tensor images = inputs_of(data, 0, n), features = slice(proven.images.features, 0, 0, n),
               logits = slice(proven.images.logits, 0, 0, n);
  const std::vector<int> labels(data.labels.begin(), data.labels.begin() + n);
  ProvenBounds& found = proven.bounds;
  found.inputs = scatter(images, labels, data.classes);
  found.features = scatter(features, labels, data.classes);
  found.pair_ratio = largest_pair_ratio(images, features);
  found.apart = find_lipschitz(proven, Layers::apart, "apart", screen);
  found.fused = find_lipschitz(proven, Layers::fused, "fused", screen);
  found.radii = certified_radii(proven.form(), logits, found.fused.total.bound);
  found.one_pixel_radii = certified_radii(proven.form(), logits, found.fused.total.one_pixel);
  found.jacobian_norms = find_jacobians(proven, slice(images, 0, 0, fewer), *options.team, screen);

  const BoundedMap map{[&](const Tensor& x) { return features_of(proven.network, x); },
                       found.fused.total.bound, images, labels};
  check_lipschitz(proven.checks, map, found.jacobian_norms);
  check_step_norms(proven.checks, found.apart);
  if (!proven.centroids.softmax)
    check_confidence_slopes(proven.checks, proven.network.head(), features, largest_slopes(proven.form()));
  try_certificates(proven, map, fewer, random, screen);
}

}  // namespace

void add_prove_options(CLI::App& command, ProveOptions& options) {
  command
      .add_option("--images", options.images,
                  "The first N images or points, for what compares them or differentiates")
      ->check(number_from<Index>(1));
  command.add_option("--seed", options.seed, "Of all that is random")->check(number_from<std::uint64_t>(0));
}

double ProvenBounds::largest_jacobian() const {
  return *std::max_element(jacobian_norms.begin(), jacobian_norms.end());
}

void prove_network(ProvenNetwork& proven, const data::Dataset& data, const ProveOptions& options,
                   Screen screen) {
  Random random(options.seed);
  if (data.input_shape() == Shape{2}) proven.plane_points = data.points;
  proven.images.labels = data.labels;
  proven.images.features = find_features(proven, data, *options.team, screen);
  find_classes(proven);
  proven.centroids = prove_centroids(proven.checks, proven.form(), proven.images, options.spoil, random);
  find_bounds(proven, data, options, random, screen);
}

ProvenNetwork load_provable(const CheckpointOptions& checkpoint, const data::Dataset& data) {
  require(data.size() > 0, "prove: data set ", data.name, " has no images");
  const std::string name = name_of_network(checkpoint.checkpoint);
  Classifier network = load(checkpoint, data);
  const ClassifierConfig& config = network.config();
  require_form(network.head(), text("prove: ", name, ": head ", config.head));
  require(config.embedding >= 2, "prove: ", name, " has a single feature; at least 2 are needed");
  network.to(Dtype::f64);
  network.eval();
  return {.name = name, .last_layer = config.head, .network = std::move(network)};
}

}  // namespace voronet
