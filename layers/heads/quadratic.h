// QuadraticHead: class by class a sum of squares, and the softmax of these: what DDU's head is in an ONNX
// file.
#pragma once

#include <voronet/layers/heads/head.h>

namespace voronet {

// logit_k = scale_k - gamma_k sum_j (W_k x + b_k)_j^2, confidences = softmax(logits). State: weight (size,
// classes, d), bias (size, classes), gamma (classes), scales (classes).
class QuadraticHead : public Head {
 public:
  // W starts as Kaiming's normal distribution, gamma at 1/2, the others at 0. Throws Error unless all sizes
  // are 1 or more.
  QuadraticHead(Index features, Index classes, Index size, Random& random);
  void describe(State& state) override;
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;
  Confidence confidence() const override { return Confidence::softmax; }

  Tensor weight, bias, gamma, scales;

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  Tensor rows() const;
};

}  // namespace voronet
