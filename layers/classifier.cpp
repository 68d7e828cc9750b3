#include <voronet/layers/classifier.h>
#include <voronet/layers/heads/ddu.h>
#include <voronet/layers/networks/lenet.h>
#include <voronet/layers/networks/resnet.h>
#include <voronet/layers/networks/vgg.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/predictor.h>
#include <voronet/layers/spectral_norm.h>

#include <map>

namespace voronet {
namespace {

template <class Table>
std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const auto& [name, each] : table) names.push_back(name);
  return names;
}

// An embedding by name.
struct Model {
  // What 0 stands for in a configuration: filled in before anything is built.
  void (*complete)(ClassifierConfig&);
  std::unique_ptr<Module> (*make)(const ClassifierConfig&, Random&);
};

const Model lenet_model = {.complete =
                               [](ClassifierConfig& c) {
                                 require(c.model_width == 0, "lenet: its width cannot be chosen");
                                 if (c.embedding == 0) c.embedding = 10;
                               },
                           .make = [](const ClassifierConfig& c, Random& random) -> std::unique_ptr<Module> {
                             return lenet({c.height, c.width, c.channels, c.embedding, c.final_relu}, random);
                           }};

VggOptions vgg_options(const ClassifierConfig& c) {
  return {c.height, c.width, c.channels, c.model_width, c.embedding, c.final_relu};
}

template <int depth>
constexpr Model vgg_model = {
    .complete =
        [](ClassifierConfig& c) {
          if (c.model_width == 0) c.model_width = 64;
          if (c.embedding == 0) c.embedding = vgg_features(vgg_options(c));
        },
    .make = [](const ClassifierConfig& c, Random& random) -> std::unique_ptr<Module> {
      return vgg(depth, vgg_options(c), random);
    }};

template <int depth>
constexpr Model resnet_model = {
    .complete =
        [](ClassifierConfig& c) {
          if (c.model_width == 0) c.model_width = 64;
          if (c.embedding == 0) c.embedding = resnet_features(depth, c.model_width);
        },
    .make = [](const ClassifierConfig& c, Random& random) -> std::unique_ptr<Module> {
      return resnet(depth, {c.height, c.width, c.channels, c.model_width, c.embedding, c.final_relu}, random);
    }};

const std::map<std::string, Model>& all_models() {
  static const std::map<std::string, Model> table = {
      {"lenet", lenet_model},         {"vgg11", vgg_model<11>},       {"vgg13", vgg_model<13>},
      {"vgg16", vgg_model<16>},       {"vgg19", vgg_model<19>},       {"resnet18", resnet_model<18>},
      {"resnet34", resnet_model<34>}, {"resnet50", resnet_model<50>}, {"resnet101", resnet_model<101>},
  };
  return table;
}

const Model& model(const std::string& name) {
  const auto found = all_models().find(name);
  require(found != all_models().end(), "model: no model is called ", name, "; there are ", listed(models()));
  return found->second;
}

ClassifierConfig completed(ClassifierConfig config) {
  model(config.model).complete(config);
  return config;
}

using MakeHead = std::unique_ptr<Head> (*)(const ClassifierConfig&, Random&);

const std::map<std::string, MakeHead>& all_heads() {
  static const std::map<std::string, MakeHead> table = {
      {"softmax",
       [](const ClassifierConfig& c, Random& random) -> std::unique_ptr<Head> {
         return std::make_unique<SoftmaxHead>(c.embedding, c.classes, random,
                                              c.bias ? SoftmaxHead::Bias::yes : SoftmaxHead::Bias::no);
       }},
      {"gauss",
       [](const ClassifierConfig& c, Random& random) -> std::unique_ptr<Head> {
         return std::make_unique<GaussHead>(c.embedding, c.classes, random, c.gauss);
       }},
      {"ddu",
       [](const ClassifierConfig& c, Random& random) -> std::unique_ptr<Head> {
         return std::make_unique<DduHead>(c.embedding, c.classes, random);
       }},
      {"duq",
       [](const ClassifierConfig& c, Random& random) -> std::unique_ptr<Head> {
         return std::make_unique<DuqHead>(c.embedding, c.classes, random, c.duq);
       }},
  };
  return table;
}

std::unique_ptr<Head> make_head(const ClassifierConfig& config, Random& random) {
  require(config.classes >= 2, "classifier: ", config.classes, " classes, at least 2 are needed");
  const auto found = all_heads().find(config.head);
  require(found != all_heads().end(), "head: no head is called ", config.head, "; there are ",
          listed(heads()));
  return found->second(config, random);
}

}  // namespace

std::vector<std::string> models() { return names_of(all_models()); }

std::vector<std::string> heads() { return names_of(all_heads()); }

Classifier::Classifier(ClassifierConfig config, Random& random)
    : config_(completed(std::move(config))),
      normalize_(config_.mean, config_.deviation),
      embed_(model(config_.model).make(config_, random)),
      head_(make_head(config_, random)) {
  require(config_.spectral_norm >= 0, "classifier: a spectral norm of at most ", config_.spectral_norm,
          " is not possible");
  if (config_.spectral_norm > 0) limit_spectral_norms(*embed_, image_shape(), config_.spectral_norm, random);
}

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
  return head_->plan(builder, plan_features(builder, images));
}

PlanValue Classifier::plan_features(PlanBuilder& builder, PlanValue images) {
  return embed_->plan(builder, normalize_.plan(builder, images));
}

Prediction Classifier::predict(const Tensor& images, Index batch) {
  require_images(images);
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
