// Adam (Kingma, Ba, ICLR 2015) and AdamW (Loshchilov, Hutter, ICLR 2019), as PyTorch has them.
#pragma once

#include <voronet/core/parallel.h>
#include <voronet/optim/optimizer.h>

#include <cmath>

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
  Adam(const std::vector<ParameterGroup>& groups, AdamOptions options)
      : Optimizer(groups, options.rate, {"mean", "square"}), options_(options) {
    for (const double beta : {options.beta1, options.beta2})
      require(beta >= 0 && beta < 1, "Adam: beta ", beta, " is outside [0, 1)");
    require(options.epsilon > 0, "Adam: epsilon ", options.epsilon, " is not positive");
  }
  Adam(Tensors parameters, AdamOptions options)
      : Adam(std::vector<ParameterGroup>{{std::move(parameters), options.weight_decay}}, options) {}

 protected:
  void update(const Tensor& parameter, const Tensor& gradient, const Tensors& slots,
              const Step& step) override {
    visit(parameter.dtype(), [&]<class T>(T) {
      const double correction1 = 1 - std::pow(options_.beta1, step.number),
                   correction2 = 1 - std::pow(options_.beta2, step.number);
      const auto beta1 = static_cast<T>(options_.beta1), beta2 = static_cast<T>(options_.beta2);
      // Not from the rounded betas, which are near 1: that would multiply their rounding.
      const auto rest1 = static_cast<T>(1 - options_.beta1), rest2 = static_cast<T>(1 - options_.beta2);
      const auto stride = static_cast<T>(step.rate / correction1),
                 scale = static_cast<T>(1 / std::sqrt(correction2));
      const auto epsilon = static_cast<T>(options_.epsilon);
      const auto shrink = static_cast<T>(options_.decoupled ? 1 - step.rate * step.weight_decay : 1);
      const auto decay = static_cast<T>(options_.decoupled ? 0 : step.weight_decay);
      T *p = parameter.mutable_data<T>(), *m = slots[0].mutable_data<T>(), *v = slots[1].mutable_data<T>();
      const T* g = gradient.data<T>();
      parallel_for(parameter.size(), elements_a_piece, [=](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
          const T slope = g[i] + decay * p[i];
          m[i] = beta1 * m[i] + rest1 * slope;
          v[i] = beta2 * v[i] + rest2 * slope * slope;
          p[i] = shrink * p[i] - stride * m[i] / (std::sqrt(v[i]) * scale + epsilon);
        }
      });
    });
  }

 private:
  AdamOptions options_;
};

}  // namespace voronet
