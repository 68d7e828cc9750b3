#include <voronet/apps/page/html.h>
#include <voronet/apps/play/page.h>
#include <voronet/apps/text/embedded.h>
#include <voronet/apps/text/json.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/version.h>

#include <numeric>
#include <variant>

namespace voronet {
namespace {

std::string base64_floats(const std::vector<float>& values) {
  return html::base64({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
}

void append(std::vector<float>& values, const Tensor& x) {
  for (const double value : x.to_vector()) values.push_back(static_cast<float>(value));
}

std::vector<Index> first(const data::Dataset& data, Index n) {
  std::vector<Index> chosen(std::min(n, data.size()));
  std::iota(chosen.begin(), chosen.end(), 0);
  return chosen;
}

// As web/module.cpp takes it.
Json json_of(PlayedNetwork& played, const data::Dataset& data, Index points) {
  const NoGrad scope;
  Classifier& network = played.network;
  std::string settings;
  for (const auto& [key, value] : to_settings(network.config())) settings += key + '=' + value + '\n';
  std::vector<float> values, features;
  const State state = network.state();
  for (const auto* entries : {&state.parameters, &state.buffers})
    for (const State::Entry& entry : *entries) append(values, *entry.tensor);
  append(features, network.features(data.inputs(first(data, points), network.dtype())));
  return {{"name", played.name},
          {"head", network.config().head},
          {"settings", settings},
          {"values", base64_floats(values)},
          {"features", base64_floats(features)}};
}

}  // namespace

void require_playable(const PlayedNetwork& played) {
  const ClassifierConfig& config = played.network.config();
  const HeadForm form = played.network.head().form();
  require(std::holds_alternative<LinearForm>(form) || std::holds_alternative<CentroidForm>(form),
          "play: ", played.name, " ends in ", config.head, "; the page shows softmax and Gauss heads");
  require(config.embedding >= 2, "play: ", played.name,
          " has one feature, and the page shows planes: voronet train --embedding 2 --final-relu off");
  require(config.embedding == 2 || config.classes >= 3, "play: ", played.name, " has ", config.embedding,
          " features, of which the page shows a plane through three centroids, and two classes");
  require(played.network.input_shape().rank() == 1 || config.channels == 1, "play: ", played.name,
          " takes images of ", config.channels, " channels, and the page shows gray ones");
}

std::string play_page(std::vector<PlayedNetwork>& networks, const data::Dataset& data,
                      const PlayOptions& options) {
  Json json = {{"classes", data.class_names}, {"networks", Json::array()}};
  for (PlayedNetwork& network : networks) {
    require_playable(network);
    network.network.eval();
    json["networks"].push_back(json_of(network, data, options.points));
  }
  require(networks.size() == 1 || networks.size() == 2, "play: ", networks.size(),
          " networks; it shows one, or one of softmax and one of Gauss");
  const std::string& head = networks.front().network.config().head;
  require(networks.size() == 1 || head != networks[1].network.config().head, "play: ", networks[0].name,
          " and ", networks[1].name, " both end in ", head,
          "; it shows one of softmax and one of Gauss (which ends in softmax until its warm-up is over)");
  const data::Dataset shown = data.select(first(data, options.points));
  json["labels"] = shown.labels;
  if (!data.points.defined()) {
    const data::Images pictures = data.images.select(first(data, options.pictures));
    json["pictures"] = {{"height", pictures.height},
                        {"width", pictures.width},
                        {"pixels", html::base64({reinterpret_cast<const char*>(pictures.pixels.data()),
                                                 pictures.pixels.size()})}};
  }
  std::string text = json_text(json);
  for (std::size_t at = 0; (at = text.find("</", at)) != text.npos;) text.replace(at, 2, "<\\/");
  std::string scripts;
  for (const char* name : {"module", "address", "numbers", "section", "layers", "cells", "measures", "point",
                           "controls", "link", "plane", "searches", "picture", "training", "lesson", "start"})
    scripts += embedded_files().at("../web/" + std::string(name) + ".js");
  return filled("../web/page.html", {{"style", embedded_files().at("../web/page.css")},
                                     {"data", text},
                                     {"module", html::base64(web_module())},
                                     {"scripts", scripts},
                                     {"program", html::escape(program())}});
}

}  // namespace voronet
