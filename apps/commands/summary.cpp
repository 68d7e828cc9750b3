// `voronet summary`: the layers of a network.
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/text/machine.h>
#include <voronet/layers/summary.h>

#include <iostream>
#include <memory>

namespace voronet {
namespace {

struct SummaryOptions {
  CheckpointOptions network;
  bool json = false;
};

Classifier network_of(const CheckpointOptions& options) {
  if (!options.checkpoint.empty()) return load(options);
  Random random(0);
  return {from_settings(options.overrides), random};
}

Json to_json(const NetworkSummary& summary) {
  Json layers = Json::array();
  for (const LayerSummary& layer : summary.layers) {
    Json output = Json::array(), products;
    for (int i = 0; i < layer.output.rank(); ++i) output.push_back(layer.output[i]);
    if (layer.multiply_adds) products = *layer.multiply_adds;
    layers.push_back({{"name", layer.name},
                      {"kind", layer.kind},
                      {"output", output},
                      {"parameters", layer.parameters},
                      {"multiply_adds", products}});
  }
  Json json = {
      {"layers", layers}, {"parameters", summary.parameters}, {"multiply_adds", summary.multiply_adds}};
  json.update(made_by());
  return json;
}

void run_summary(const SummaryOptions& options) {
  Classifier network = network_of(options.network);
  const NetworkSummary layers = summary(network, network.input_shape());
  if (options.json)
    std::cout << json_text(to_json(layers)) << std::endl;
  else
    std::cout << layers << std::flush;
}

}  // namespace

void add_summary(CLI::App& program, const CommonOptions&) {
  auto* command = program.add_subcommand(
      "summary", "The layers of a network: outputs, parameters and multiply-adds for one image");
  const auto options = std::make_shared<SummaryOptions>();
  add_checkpoint_options(*command, options->network);
  command->get_option("--checkpoint")->required(false);
  command->add_flag("--json", options->json, "One JSON object on standard output");
  command->callback([=] { run_summary(*options); });
}

}  // namespace voronet
