// Dropout: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout: A Simple Way to Prevent Neural
// Networks from Overfitting", JMLR 2014.
#pragma once

#include <voronet/core/operators/arithmetic.h>
#include <voronet/layers/module.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

// In training, each element becomes 0 with this probability and is else divided by 1 - probability, so that
// its mean stays; otherwise the identity. Any shape. The random stream is part of the layer's state.
class Dropout : public Module {
 public:
  // 0 <= probability < 1; throws Error otherwise. Equal streams drop equal places: give each its own.
  Dropout(double probability, Random random) : probability_(probability), random_(random) {
    require(probability >= 0 && probability < 1, "Dropout: probability ", probability, " is outside [0, 1)");
  }
  void describe(State& state) override { state.random("random", random_); }
  PlanValue plan(PlanBuilder&, PlanValue x) override { return x; }

 protected:
  Tensor forward(const Tensor& x) override {
    if (!training() || probability_ == 0) return x;
    const Tensor keep = less(uniform(x.shape(), 0, 1, random_, x.dtype()), 1 - probability_);
    return x * (keep / (1 - probability_));
  }

 private:
  double probability_;
  Random random_;
};

}  // namespace voronet
