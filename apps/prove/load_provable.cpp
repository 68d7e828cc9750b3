#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/prove/proven_network.h>

#include <cmath>

namespace voronet {
namespace {

void require_finite(const Tensor& tensor, const std::string& name, const std::string& what) {
  if (!tensor.defined()) return;
  for (const double value : tensor.to_vector())
    require(std::isfinite(value), "prove: ", name, ": ", what, " holds a value that is not finite");
}

// What a head computes of its parameters may overflow where these do not.
void require_finite(const HeadForm& form, const std::string& name) {
  if (const auto* layer = std::get_if<LinearForm>(&form)) require_finite(layer->bias, name, "the bias");
  if (const auto* spaces = std::get_if<ClassSpaceForm>(&form))
    require_finite(spaces->centroids, name, "m / N, the centroids,");
  const auto* own = std::get_if<CentroidForm>(&form);
  if (own == nullptr) return;
  require_finite(own->centroids, name, "the list of centroids");
  for (const double gamma : own->gamma.to_vector())
    require(gamma > 0, "prove: ", name, ": a gamma of ", gamma, " is not positive");
}

}  // namespace

ProvenNetwork load_provable(const CheckpointOptions& checkpoint, const data::Dataset& data) {
  require(data.size() > 0, "prove: data set ", data.name, " has no images");
  const std::string name = name_of_network(checkpoint.checkpoint);
  Classifier network = load(checkpoint, data);
  const ClassifierConfig& config = network.config();
  require_form(network.head(), text("prove: ", name, ": head ", config.head));
  require(config.embedding >= 2, "prove: ", name, " has a single feature; at least 2 are needed");
  require_finite(network.head().form(), name);
  network.to(Dtype::f64);
  network.eval();
  return {.name = name, .last_layer = config.head, .network = std::move(network)};
}

}  // namespace voronet
