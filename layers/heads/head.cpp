#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/heads/head.h>
#include <voronet/layers/initialize.h>

namespace voronet {

Tensor Head::confidences(const Tensor& logits) const {
  require(confidence() != Confidence::own, "head: one with confidences of its own must override them");
  return confidence() == Confidence::softmax ? softmax(logits) : exp(logits);
}

PlanValue Head::plan(PlanBuilder& builder, PlanValue x) {
  const NoGrad scope;
  const auto by = [&](const auto& form) {
    if constexpr (requires { form.plan(builder, x); })
      return form.plan(builder, x);
    else
      return Module::plan(builder, x);
  };
  return std::visit(by, form());
}

Tensor Head::forward(const Tensor& x) {
  const auto by = [&](const auto& form) -> Tensor {
    if constexpr (requires { form.logits(x); }) return form.logits(x);
    throw Error("head: one without a form must override forward");
  };
  return std::visit(by, form());
}

void require_form(const Head& head, const std::string& who) {
  const HeadForm form = head.form();
  require(!std::holds_alternative<std::monostate>(form), who,
          " does not say that its logits are linear or squares of distances from centroids (Head::form)");
  const bool squares =
      std::holds_alternative<CentroidForm>(form) || std::holds_alternative<ClassSpaceForm>(form);
  require(head.confidence() == (squares ? Head::Confidence::exponential : Head::Confidence::softmax), who,
          " has confidences of which proofs know nothing");
}

SoftmaxHead::SoftmaxHead(Index features, Index classes, Random& random, Bias with_bias)
    : weight(fan_in_uniform({classes, features}, features, random)),
      bias(with_bias == Bias::yes ? fan_in_uniform({classes}, features, random) : Tensor()) {}

void SoftmaxHead::describe(State& state) {
  state.parameter("weight", weight);
  if (bias.defined()) state.parameter("bias", bias);
}

GaussHead::GaussHead(Index features, Index classes, Random& random, GaussOptions options)
    : weight(variable(uniform({classes, features}, options.low, options.high, random))),
      gamma(full({classes}, options.gamma)),
      learn_gamma_(options.learn_gamma) {
  require(options.gamma > 0, "GaussHead: gamma ", options.gamma, " is not positive");
  if (learn_gamma_) gamma = variable(gamma);
}

void GaussHead::describe(State& state) {
  state.parameter("weight", weight);
  if (learn_gamma_)
    state.parameter("gamma", gamma, {.low = 0.1, .high = 1000});
  else
    state.buffer("gamma", gamma);
}

void GaussHead::set_centroids(const Tensor& means) { weight.assign(means); }

void GaussHead::begin(const Tensor& features, std::span<const int> labels) {
  set_centroids(class_means(features, labels, weight.dim(0)));
}

Tensor class_means(const Tensor& features, std::span<const int> labels, Index classes) {
  require(features.rank() == 2 && features.dim(0) == static_cast<Index>(labels.size()),
          "class_means: features ", features.shape(), " do not match ", labels.size(), " labels");
  const Tensor members = one_hot(labels, classes, features.dtype());
  const Tensor counts = sum(members, {0});
  for (Index k = 0; k < classes; ++k) require(counts.at(k) > 0, "class_means: class ", k, " has no points");
  return matmul(members, features, {.a = true}) / reshape(counts, Shape{classes, 1});
}

}  // namespace voronet
