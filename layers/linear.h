// Linear: a fully connected layer.
#pragma once

#include <voronet/layers/spectral_norm.h>

namespace voronet {

// (n, in) -> (n, out): x times the transposed weight (out, in), plus the bias (out) if there is one.
// Weight and bias start uniform in +-1/sqrt(in), as PyTorch's do.
class Linear : public LimitedLayer {
 public:
  enum class Bias { yes, no };
  Linear(Index in, Index out, Random& random, Bias bias = Bias::yes);
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  Tensor forward(const Tensor& x) override;
  LinearMap map(const Shape& input) override;
};

}  // namespace voronet
