// Adam (Kingma, Ba, ICLR 2015) and AdamW (Loshchilov, Hutter, ICLR 2019), as PyTorch has them.
#pragma once

#include <voronet/optim/optimizer.h>

namespace voronet {

struct AdamOptions {
  double rate = 1e-3;                 // >= 0
  double beta1 = 0.9, beta2 = 0.999;  // in [0, 1)
  double epsilon = 1e-8;              // > 0
  double weight_decay = 0;            // for the constructor without groups
  bool decoupled = false;  // AdamW: decay shrinks the parameter itself instead of joining the gradient
};

class Adam : public Optimizer {
 public:
  // Throws Error on options out of range.
  Adam(const std::vector<ParameterGroup>& groups, AdamOptions options);
  Adam(Tensors parameters, AdamOptions options);

 protected:
  void update(const Tensor& parameter, const Tensor& gradient, const Tensors& slots,
              const Step& step) override;

 private:
  AdamOptions options_;
};

}  // namespace voronet
