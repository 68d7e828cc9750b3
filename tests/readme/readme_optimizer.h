// signSGD: Bernstein, Wang, Azizzadenesheli, Anandkumar, "signSGD: Compressed Optimisation for Non-Convex
// Problems", ICML 2018.
#pragma once

#include <voronet/optim/optimizer.h>

namespace voronet {

// p -= rate sign(g + decay p).
class SignSgd : public Optimizer {
 public:
  SignSgd(const std::vector<ParameterGroup>& groups, double rate) : Optimizer(groups, rate, {}) {}

 protected:
  void update(const Tensor& parameter, const Tensor& gradient, double weight_decay, const Tensors& /*slots*/,
              std::int64_t /*step*/) override {
    visit(parameter.dtype(), [&](auto zero) {
      using T = decltype(zero);
      T* p = parameter.mutable_data<T>();
      const T* g = gradient.data<T>();
      for (Index i = 0; i < parameter.size(); ++i) {
        const T slope = g[i] + static_cast<T>(weight_decay) * p[i];
        p[i] -= static_cast<T>(rate()) * static_cast<T>((slope > 0) - (slope < 0));
      }
    });
  }
};

}  // namespace voronet
