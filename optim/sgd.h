// Stochastic gradient descent with momentum, as PyTorch has it.
#pragma once

#include <voronet/core/parallel.h>
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
  // Throws Error on options out of range.
  Sgd(const std::vector<ParameterGroup>& groups, SgdOptions options)
      : Optimizer(groups, options.rate, velocity_if(options.momentum > 0)), options_(options) {
    require(options.momentum >= 0 && options.momentum < 1, "Sgd: momentum ", options.momentum,
            " is outside [0, 1)");
    require(!options.nesterov || options.momentum > 0, "Sgd: Nesterov needs momentum");
  }
  Sgd(Tensors parameters, SgdOptions options)
      : Sgd(std::vector<ParameterGroup>{{std::move(parameters), options.weight_decay}}, options) {}

 protected:
  void update(const Tensor& parameter, const Tensor& gradient, const Tensors& slots,
              const Step& step) override {
    visit(parameter.dtype(), [&]<class T>(T) {
      const auto decay = static_cast<T>(step.weight_decay), momentum = static_cast<T>(options_.momentum);
      const auto rate = static_cast<T>(step.rate);
      T* p = parameter.mutable_data<T>();
      const T* g = gradient.data<T>();
      if (slots.empty()) {
        parallel_for(parameter.size(), elements_a_piece, [=](Index begin, Index end) {
          for (Index i = begin; i < end; ++i) p[i] -= rate * (g[i] + decay * p[i]);
        });
        return;
      }
      T* v = slots[0].mutable_data<T>();
      const bool nesterov = options_.nesterov;
      parallel_for(parameter.size(), elements_a_piece, [=](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
          const T slope = g[i] + decay * p[i];
          v[i] = momentum * v[i] + slope;
          p[i] -= rate * (nesterov ? slope + momentum * v[i] : v[i]);
        }
      });
    });
  }

 private:
  static std::vector<std::string> velocity_if(bool momentum) {
    return momentum ? std::vector<std::string>{"velocity"} : std::vector<std::string>();
  }

  SgdOptions options_;
};

}  // namespace voronet
