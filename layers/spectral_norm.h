// SpectralNorm: keeps a linear map's largest singular value near or below a coefficient.
#pragma once

#include <voronet/layers/module.h>

#include <functional>
#include <optional>

namespace voronet {

// x (1, ...) -> A x, linear in x and in a layer's weight, and its adjoint.
struct LinearMap {
  std::function<Tensor(const Tensor& x)> forward;
  std::function<Tensor(const Tensor& y)> adjoint;
};

// What a layer's weight is to be multiplied by: min(1, c / s), where s estimates the largest singular value
// of the layer's map A. This is soft spectral normalisation: Miyato et al., "Spectral Normalization for
// Generative Adversarial Networks", ICLR 2018, in the form of Behrmann et al., "Invertible Residual
// Networks", ICML 2019, which leaves a map alone whose norm is below c; Mukhoti et al., "Deep Deterministic
// Uncertainty", CVPR 2023, take c = 3.
//
// For a convolution, A is the convolution itself, on inputs of the size that the layer meets (Gouk et al.,
// "Regularisation of Neural Networks by Enforcing Lipschitz Continuity", Machine Learning 2021). The norm of
// the kernel reshaped to out x (in kh kw) is cheaper, but it is not that of A, which can be larger up to the
// kernel's side: 3 x 3 ones have 3 when reshaped, and on large images almost 9.
//
// s = |A v|, where v follows the power iteration, one step each time that the layer runs in training mode. So
// s approaches the singular value from below, and the norm that remains may be a little above c. v is a
// buffer: runs resume exactly, and evaluation uses what training left. Gradients flow through s, with v as a
// constant, to which they are exact when v is the singular vector. A bias does not matter. What batch-norm
// does after the layer is not limited.
class SpectralNorm {
 public:
  // v starts in a random direction, of the input's shape (1, ...). Throws Error unless c > 0.
  SpectralNorm(double coefficient, const Shape& input, Random& random, Dtype dtype);
  void describe(State& state);  // v, which is saved
  // One step of the power iteration: v becomes A^T A v, of length 1.
  void iterate(const LinearMap& map);
  // min(1, c / |A v|), a scalar.
  Tensor factor(const LinearMap& map) const;

 private:
  double coefficient_;
  Tensor vector_;
};

// A layer whose weight is limited so, once limit_norm was called.
class LimitedLayer : public Module {
 public:
  void describe(State& state) override;
  // For inputs (1, ...) of this shape, from now on.
  void limit_norm(double coefficient, const Shape& input, Random& random);
  // The weight as evaluation uses it.
  Tensor evaluated_weight() { return used_weight(false); }

  Tensor weight, bias;  // bias is undefined without one

 protected:
  // What the layer does with the weight to inputs of this shape.
  virtual LinearMap map(const Shape& input) = 0;
  // The limited weight; in training after one step of the iteration.
  Tensor used_weight(bool training);

 private:
  std::optional<SpectralNorm> limit_;
  Shape input_;  // that it is for
};

// Limits every Conv2d and Linear within the network to the coefficient, on inputs of the sizes that they meet
// when the network takes images of this shape (without the batch).
void limit_spectral_norms(Module& network, const Shape& image, double coefficient, Random& random);

}  // namespace voronet
