// Losses: from a head's logits and the labels to the number that training makes small.
#pragma once

#include <voronet/layers/module.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace voronet {

// Loss of a batch, a scalar. Some losses have trained parameters of their own.
class Loss {
 public:
  Loss() = default;
  Loss(const Loss&) = delete;
  Loss& operator=(const Loss&) = delete;
  virtual ~Loss() = default;

  // logits (n, classes), n >= 1 labels in 0..classes-1; throws Error otherwise.
  virtual Tensor operator()(const Tensor& logits, std::span<const int> labels) = 0;
  // Names the loss's own parameters, as Module::describe does.
  virtual void describe(State&) {}
  std::vector<State::Entry> parameters();  // what describe names, in order
};

// Mean over the batch of -log softmax(logits)[label].
Tensor cross_entropy(const Tensor& logits, std::span<const int> labels);

class SoftmaxLoss : public Loss {
 public:
  Tensor operator()(const Tensor& logits, std::span<const int> labels) override;
};

// Sum over the terms of weight * MSE(exp(scale * logits), one-hot labels), the mean over batch and classes
// (Hess, Duivesteijn, Mocanu, arXiv 2001.01987, as in their programs of 2020). For the Gauss head.
class TailoredLoss : public Loss {
 public:
  struct Term {
    double scale, weight;
  };
  explicit TailoredLoss(std::vector<Term> terms) : terms_(std::move(terms)) {}
  Tensor operator()(const Tensor& logits, std::span<const int> labels) override;

 private:
  std::vector<Term> terms_;
};

// mean BCE(exp(gamma2 logits), Y) + mean(-Y logits), both means over batch and classes, Y the one-hot labels,
// gamma2 one a class, trained, from 0.9 within [0.1, 0.9] (the authors' program of 2022). For the Gauss head.
class BceLoss : public Loss {
 public:
  explicit BceLoss(Index classes, Dtype dtype = Dtype::f32);
  Tensor operator()(const Tensor& logits, std::span<const int> labels) override;
  void describe(State& state) override;

  Tensor gamma2;
};

// CE(Y l + delta (1 - Y) l) + mean(-delta_y l_y), the means over the batch, l the logits, Y the one-hot
// labels, y the label, delta one a class, trained, from 0.9 within [0.001, 0.9] (the authors' program of
// 2022, used for MNIST and Fashion-MNIST). For the Gauss head.
class CeLoss : public Loss {
 public:
  explicit CeLoss(Index classes, Dtype dtype = Dtype::f32);
  Tensor operator()(const Tensor& logits, std::span<const int> labels) override;
  void describe(State& state) override;

  Tensor delta;
};

// mean BCE(exp(logits), Y) over batch and classes, Y the one-hot labels: DUQ's, beside a gradient penalty.
class DuqLoss : public Loss {
 public:
  Tensor operator()(const Tensor& logits, std::span<const int> labels) override;
};

// By name: softmax, tailored-2020, tailored-2020-cifar100, tailored-2020-07, tailored-2020-07-cifar100,
// bce-2022, ce-2022, duq. Throws Error, listing them, for any other. dtype is that of the logits.
std::unique_ptr<Loss> make_loss(const std::string& name, Index classes, Dtype dtype = Dtype::f32);

// Mean over the batch of (|d sum(outputs) / d inputs|_2 - 1)^2, the norm taken image by image (van
// Amersfoort, Smith, Teh, Gal, "Uncertainty Estimation Using a Single Deep Deterministic Neural Network",
// ICML 2020, in its two-sided form, as their programs have it). outputs (n, ...) come from inputs (n, ...),
// which are tracked. Differentiable again, also where the slope is zero.
Tensor gradient_penalty(const Tensor& outputs, const Tensor& inputs);

}  // namespace voronet
