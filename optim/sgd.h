// Stochastic gradient descent with momentum, as PyTorch has it.
#pragma once

#include <voronet/optim/optimizer.h>

namespace voronet {

struct SgdOptions {
  double rate = 0.1;        // >= 0
  double momentum = 0;      // in [0, 1)
  double weight_decay = 0;  // for the constructor without groups
  bool nesterov = false;    // looks ahead along the velocity (Sutskever et al., ICML 2013); needs momentum
};

// g += decay p; v = momentum v + g; p -= rate v, or p -= rate (g + momentum v) with Nesterov.
class Sgd : public Optimizer {
 public:
  Sgd(const std::vector<ParameterGroup>& groups, SgdOptions options);  // throws Error on options out of range
  Sgd(Tensors parameters, SgdOptions options);

 protected:
  void update(const Tensor& parameter, const Tensor& gradient, const Tensors& slots,
              const Step& step) override;

 private:
  SgdOptions options_;
};

}  // namespace voronet
