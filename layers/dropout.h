// Dropout: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout: A Simple Way to Prevent Neural
// Networks from Overfitting", JMLR 2014.
#pragma once

#include <voronet/layers/module.h>

namespace voronet {

// In training, each element becomes 0 with this probability and is else divided by 1 - probability, so that
// its mean stays; otherwise the identity. Any shape. The random stream is part of the layer's state.
class Dropout : public Module {
 public:
  // 0 <= probability < 1; throws Error otherwise. Layers with equal streams drop equal places: give each its
  // own.
  Dropout(double probability, Random random);
  void describe(State& state) override;
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  double probability_;
  Random random_;
};

}  // namespace voronet
