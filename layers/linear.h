// Linear: a fully connected layer.
#pragma once

#include <voronet/layers/module.h>
#include <voronet/layers/spectral_norm.h>

#include <optional>

namespace voronet {

// (n, in) -> (n, out): x times the transposed weight (out, in), plus the bias (out) if there is one.
// Weight and bias start uniform in +-1/sqrt(in), as PyTorch's do.
class Linear : public Module {
 public:
  enum class Bias { yes, no };
  Linear(Index in, Index out, Random& random, Bias bias = Bias::yes);
  void describe(State& state) override;
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;
  // From now on the weight is used as SpectralNorm says, for inputs (1, in).
  void limit_norm(double coefficient, const Shape& input, Random& random);
  // The weight as evaluation uses it.
  Tensor evaluated_weight() { return used_weight(false); }

  Tensor weight, bias;  // bias is undefined without one

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  Tensor used_weight(bool training);

  std::optional<SpectralNorm> limit_;
};

}  // namespace voronet
