#include <voronet/layers/classifier.h>
#include <voronet/layers/lenet.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/predictor.h>

#include <algorithm>
#include <map>

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

}  // namespace

std::vector<std::string> models() {
  std::vector<std::string> names;
  for (const auto& [name, make] : embeddings()) names.push_back(name);
  return names;
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

void Classifier::require_images(const Tensor& images) const {
  require(images.rank() == 4 && images.shape().without(0) == image_shape(), "classifier: images ",
          images.shape(), " are not n x ", config_.height, " x ", config_.width, " x ", config_.channels,
          ", which the network takes");
}

Tensor Classifier::features(const Tensor& images) {
  require_images(images);
  return (*embed_)(normalize_(images));
}

Tensor Classifier::forward(const Tensor& images) { return (*head_)(features(images)); }

PlanValue Classifier::plan(PlanBuilder& builder, PlanValue images) {
  return head_->plan(builder, embed_->plan(builder, normalize_.plan(builder, images)));
}

Prediction Classifier::predict(const Tensor& images, Index batch) {
  require_images(images);
  require(batch >= 1 && images.dim(0) >= 1, "predict: no images to predict");
  return Predictor(*this, std::min(batch, images.dim(0)))(images);
}

void Classifier::replace_head(const ClassifierConfig& with_head, Random& random) {
  ClassifierConfig next = config_;
  next.head = with_head.head;
  next.bias = with_head.bias;
  next.gauss = with_head.gauss;
  auto head = make_head(next, random);
  head->to(head_->parameters().at(0).dtype());
  head->train(head_->training());
  head_ = std::move(head);
  config_ = std::move(next);
}

}  // namespace voronet
