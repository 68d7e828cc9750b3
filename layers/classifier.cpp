#include <voronet/layers/classifier.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/predictor.h>
#include <voronet/layers/spectral_norm.h>

#include <cmath>

namespace voronet {
namespace {

ClassifierConfig completed(ClassifierConfig config) {
  const Model& model = registered_model(config.model);
  if (model.complete) model.complete(config);
  return config;
}

// One for all channels, or one each.
void require_means(const ClassifierConfig& config) {
  const Index n = std::ssize(config.mean), channels = config.channels;
  require(n == 1 || n == channels, "classifier: ", n, " means and deviations (--mean, --std) for ", channels,
          channels == 1 ? " channel" : " channels");
}

}  // namespace

bool Prediction::is_finite(Index image) const {
  for (int c = 0; c < logits.dim(1); ++c)
    if (!std::isfinite(logits.at({image, c})) || !std::isfinite(confidence(image, c))) return false;
  return true;
}

Classifier::Classifier(ClassifierConfig config, Random& random)
    : config_(completed(std::move(config))),
      normalize_(config_.mean, config_.deviation),
      embed_(registered_model(config_.model).make(config_, random)),
      head_(make_head(config_, random)) {
  require_means(config_);
  require(config_.embedding >= 1, "classifier: model ", config_.model,
          " leaves open how many features it has");
  require(config_.spectral_norm >= 0, "classifier: a spectral norm of at most ", config_.spectral_norm,
          " is not possible");
  if (config_.spectral_norm > 0) limit_spectral_norms(*embed_, input_shape(), config_.spectral_norm, random);
}

Classifier::Classifier(ClassifierConfig config, std::unique_ptr<Module> embed, std::unique_ptr<Head> head)
    : config_(std::move(config)),
      normalize_(config_.mean, config_.deviation),
      embed_(std::move(embed)),
      head_(std::move(head)) {
  require_means(config_);
  require(embed_ != nullptr && head_ != nullptr, "classifier: an embedding and a head are needed");
  require(config_.embedding >= 1, "classifier: the configuration does not say how many features there are");
}

void Classifier::describe(State& state) {
  state.child("normalize", normalize_);
  state.child("embed", *embed_);
  state.child("classifier", *head_);
}

void Classifier::require_inputs(const Tensor& images) const {
  if (images.rank() >= 1 && images.shape().without(0) == input_shape()) return;
  std::string wanted = "n";
  for (const Index size : input_shape()) wanted += text(" x ", size);
  throw Error(text("classifier: ", images.rank() == 4 ? "images " : "points ", images.shape(), " are not ",
                   wanted, ", which the network takes"));
}

Tensor Classifier::features(const Tensor& images) {
  require_inputs(images);
  return (*embed_)(normalize_(images));
}

Tensor Classifier::logits(const Tensor& features) {
  const Tensor logits = (*head_)(features);
  require(logits.shape() == Shape{features.dim(0), config_.classes}, "classifier: head ", config_.head,
          " makes of features ", features.shape(), " logits ", logits.shape(), ", not n x ", config_.classes,
          " classes");
  return logits;
}

Tensor Classifier::forward(const Tensor& images) { return logits(features(images)); }

PlanValue Classifier::plan(PlanBuilder& builder, PlanValue images) {
  const PlanValue logits = head_->plan(builder, plan_features(builder, images));
  require(builder.shape(logits) == Shape{config_.classes}, "classifier: head ", config_.head,
          " makes logits ", builder.shape(logits), " of an image, not ", config_.classes, " classes");
  return logits;
}

PlanValue Classifier::plan_features(PlanBuilder& builder, PlanValue images) {
  return embed_->plan(builder, normalize_.plan(builder, images));
}

Prediction Classifier::predict(const Tensor& images, Index batch) {
  require_inputs(images);
  require(batch >= 1 && images.dim(0) >= 1, "predict: no images to predict");
  return Predictor(*this, batch)(images);
}

void Classifier::replace_head(const ClassifierConfig& with_head, Random& random) {
  ClassifierConfig next = config_;
  next.head = with_head.head;
  next.bias = with_head.bias;
  next.gauss = with_head.gauss;
  next.duq = with_head.duq;
  auto head = make_head(next, random);
  head->to(head_->dtype());
  head->train(head_->training());
  head_ = std::move(head);
  config_ = std::move(next);
}

}  // namespace voronet
