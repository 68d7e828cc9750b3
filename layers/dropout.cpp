#include <voronet/core/operators/arithmetic.h>
#include <voronet/layers/dropout.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

Dropout::Dropout(double probability, Random random) : probability_(probability), random_(random) {
  require(probability >= 0 && probability < 1, "Dropout: probability ", probability, " is outside [0, 1)");
}

void Dropout::describe(State& state) { state.random("random", random_); }

Tensor Dropout::forward(const Tensor& x) {
  if (!training() || probability_ == 0) return x;
  const Tensor keep = less(uniform(x.shape(), 0, 1, random_, x.dtype()), 1 - probability_);
  return x * (keep / (1 - probability_));
}

PlanValue Dropout::plan(PlanBuilder&, PlanValue x) { return x; }

}  // namespace voronet
