#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/prove/proven_network.h>

namespace voronet {
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
