#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/heads/head.h>
#include <voronet/layers/initialize.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {
namespace {

// |a_i - b_j|^2 for rows a (n, d) and b (c, d), (n, c). By differences: the expanded square would cancel.
Tensor squared_distances(const Tensor& a, const Tensor& b) {
  require(a.rank() == 2 && b.rank() == 2 && a.dim(1) == b.dim(1), "GaussHead: features ", a.shape(),
          " do not match centroids ", b.shape());
  return sum(square(reshape(a, Shape{a.dim(0), 1, a.dim(1)}) - b), {-1});
}

}  // namespace

SoftmaxHead::SoftmaxHead(Index features, Index classes, Random& random, Bias with_bias)
    : weight(fan_in_uniform({classes, features}, features, random)),
      bias(with_bias == Bias::yes ? fan_in_uniform({classes}, features, random) : Tensor()) {}

void SoftmaxHead::describe(State& state) {
  state.parameter("weight", weight);
  if (bias.defined()) state.parameter("bias", bias);
}

Tensor SoftmaxHead::forward(const Tensor& x) { return linear(x, weight, bias); }

PlanValue SoftmaxHead::plan(PlanBuilder& builder, PlanValue x) { return builder.linear(x, weight, bias); }

Tensor SoftmaxHead::confidences(const Tensor& logits) const { return softmax(logits); }

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

Tensor GaussHead::forward(const Tensor& x) { return -gamma * squared_distances(x, weight); }

PlanValue GaussHead::plan(PlanBuilder& builder, PlanValue x) { return builder.gauss(x, weight, gamma); }

Tensor GaussHead::confidences(const Tensor& logits) const { return exp(logits); }

void GaussHead::set_centroids(const Tensor& means) { weight.assign(means); }

Tensor GaussHead::margins() const {
  const NoGrad scope;
  return sqrt(squared_distances(weight, weight));
}

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
