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
  void update(const Tensor& parameter, const Tensor& gradient, const Tensors& /*slots*/,
              const Step& step) override {
    visit(parameter.dtype(), [&]<class T>(T) {
      T* p = parameter.mutable_data<T>();
      const T* g = gradient.data<T>();
      const auto rate = static_cast<T>(step.rate), decay = static_cast<T>(step.weight_decay);
      for (Index i = 0, n = parameter.size(); i < n; ++i) {
        const T slope = g[i] + decay * p[i];
        p[i] -= rate * static_cast<T>((slope > 0) - (slope < 0));
      }
    });
  }
};

}  // namespace voronet
