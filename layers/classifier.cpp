#include <voronet/core/autograd.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/lenet.h>

#include <algorithm>
#include <charconv>

namespace voronet {
namespace {

using MakeEmbedding = std::unique_ptr<Module> (*)(const ClassifierConfig&, Random&);

const std::map<std::string, MakeEmbedding>& embeddings() {
  static const std::map<std::string, MakeEmbedding> table = {
      {"lenet",
       [](const ClassifierConfig& c, Random& random) -> std::unique_ptr<Module> {
         return lenet({c.height, c.width, c.channels, c.embedding, c.final_relu}, random);
       }},
  };
  return table;
}

std::unique_ptr<Module> make_embedding(const ClassifierConfig& config, Random& random) {
  const auto maker = embeddings().find(config.model);
  require(maker != embeddings().end(), "model: no model is called ", config.model, "; there are ",
          listed(models()));
  return maker->second(config, random);
}

std::unique_ptr<Head> make_head(const ClassifierConfig& config, Random& random) {
  require(config.classes >= 2, "classifier: ", config.classes, " classes, at least 2 are needed");
  if (config.head == "gauss")
    return std::make_unique<GaussHead>(config.embedding, config.classes, random, config.gauss);
  require(config.head == "softmax", "head: no head is called ", config.head, "; there are softmax and gauss");
  return std::make_unique<SoftmaxHead>(config.embedding, config.classes, random,
                                       config.bias ? SoftmaxHead::Bias::yes : SoftmaxHead::Bias::no);
}

std::string join(const std::vector<double>& values) {
  std::string joined;
  for (const double v : values) {
    char digits[32];  // the shortest that read back as the same number
    if (!joined.empty()) joined += ',';
    joined.append(digits, std::to_chars(digits, digits + sizeof digits, v).ptr);
  }
  return joined;
}

template <class Number>
Number parse(const std::string& key, const std::string& value) {
  const auto number = parse_number<Number>(value);
  require(number.has_value(), key, ": '", value, "' is not a number");
  return *number;
}

std::vector<double> parse_list(const std::string& key, const std::string& value) {
  std::vector<double> numbers;
  std::istringstream parts(value);
  for (std::string part; std::getline(parts, part, ',');) numbers.push_back(parse<double>(key, part));
  return numbers;
}

bool parse_switch(const std::string& key, const std::string& value) {
  require(value == "on" || value == "off", key, ": '", value, "' is neither on nor off");
  return value == "on";
}

Tensor join_rows(const Tensors& parts) {
  Index rows = 0;
  for (const Tensor& part : parts) rows += part.dim(0);
  const Tensor all(parts.at(0).shape().with(0, rows), parts[0].dtype());
  rows = 0;
  for (const Tensor& part : parts) {
    slice(all, 0, rows, rows + part.dim(0)).assign(part);
    rows += part.dim(0);
  }
  return all;
}

}  // namespace

std::vector<std::string> models() {
  std::vector<std::string> names;
  for (const auto& [name, make] : embeddings()) names.push_back(name);
  return names;
}

Settings to_settings(const ClassifierConfig& c) {
  const auto on_off = [](bool on) { return on ? "on" : "off"; };
  return {{"model", c.model},
          {"embedding", text(c.embedding)},
          {"final_relu", on_off(c.final_relu)},
          {"head", c.head},
          {"bias", on_off(c.bias)},
          {"learn_gamma", on_off(c.gauss.learn_gamma)},
          {"classes", text(c.classes)},
          {"height", text(c.height)},
          {"width", text(c.width)},
          {"channels", text(c.channels)},
          {"mean", join(c.mean)},
          {"std", join(c.deviation)}};
}

ClassifierConfig from_settings(const Settings& settings) {
  ClassifierConfig c;
  const auto with = [&](const char* key, const auto& use) {
    if (const auto at = settings.find(key); at != settings.end()) use(at->second);
  };
  const auto count = [&](const char* key, Index& into) {
    with(key, [&](const std::string& value) { into = parse<Index>(key, value); });
  };
  const auto flag = [&](const char* key, bool& into) {
    with(key, [&](const std::string& value) { into = parse_switch(key, value); });
  };
  const auto list = [&](const char* key, std::vector<double>& into) {
    with(key, [&](const std::string& value) { into = parse_list(key, value); });
  };
  with("model", [&](const std::string& value) { c.model = value; });
  with("head", [&](const std::string& value) { c.head = value; });
  count("embedding", c.embedding);
  count("classes", c.classes);
  count("height", c.height);
  count("width", c.width);
  count("channels", c.channels);
  flag("final_relu", c.final_relu);
  flag("bias", c.bias);
  flag("learn_gamma", c.gauss.learn_gamma);
  list("mean", c.mean);
  list("std", c.deviation);
  return c;
}

Classifier::Classifier(ClassifierConfig config, Random& random)
    : config_(std::move(config)),
      normalize_(config_.mean, config_.deviation),
      embed_(make_embedding(config_, random)),
      head_(make_head(config_, random)) {}

void Classifier::describe(State& state) {
  state.child("normalize", normalize_);
  state.child("embed", *embed_);
  state.child("classifier", *head_);
}

Tensor Classifier::features(const Tensor& images) {
  require(images.rank() == 4 && images.dim(1) == config_.height && images.dim(2) == config_.width &&
              images.dim(3) == config_.channels,
          "classifier: images ", images.shape(), " are not n x ", config_.height, " x ", config_.width, " x ",
          config_.channels, ", which the network takes");
  return (*embed_)(normalize_(images));
}

Tensor Classifier::forward(const Tensor& images) { return (*head_)(features(images)); }

Prediction Classifier::predict(const Tensor& images, Index batch) {
  require(batch >= 1 && images.rank() == 4 && images.dim(0) >= 1, "predict: no images to predict");
  const NoGrad scope;
  const bool was_training = training();
  eval();
  Tensors logits;
  for (Index first = 0; first < images.dim(0); first += batch)
    logits.push_back((*this)(slice(images, 0, first, std::min(first + batch, images.dim(0)))));
  train(was_training);
  const Tensor all = join_rows(logits);
  return {all, head_->confidences(all), argmax(all)};
}

void Classifier::replace_head(const ClassifierConfig& with_head, Random& random) {
  ClassifierConfig next = config_;
  next.head = with_head.head;
  next.bias = with_head.bias;
  next.gauss = with_head.gauss;
  head_ = make_head(next, random);
  config_ = next;
}

}  // namespace voronet
