// Optimizer: what SGD and Adam have in common: parameter groups, a learning rate, a state that can be saved.
#pragma once

#include <voronet/core/tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace voronet {

// Parameters (leaves, updated in place) that share a weight decay, which may be negative: it then pushes away
// from 0.
struct ParameterGroup {
  Tensors parameters;
  double weight_decay = 0;
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  // One update. Gradients in the order of the groups' parameters, of their shapes and dtypes; throws Error
  // otherwise.
  void step(const Tensors& gradients);

  double rate() const { return rate_; }
  void set_rate(double rate) { rate_ = rate; }

  // Everything that the next step depends on, apart from the parameters and the rate: named tensors, of which
  // load takes copies. load throws Error for a missing tensor or a wrong shape.
  std::map<std::string, Tensor> save() const;
  void load(const std::map<std::string, Tensor>& state);

 protected:
  // slots: names of the running averages that each parameter needs, all zero at first.
  Optimizer(std::vector<ParameterGroup> groups, double rate, const std::vector<std::string>& slots);

  // Updates one parameter; slots in the order given to the constructor; step counts from 1.
  virtual void update(const Tensor& parameter, const Tensor& gradient, double weight_decay,
                      const Tensors& slots, std::int64_t step) = 0;

 private:
  struct Item {
    Tensor parameter;
    double weight_decay;
    Tensors slots;
  };
  std::vector<Item> items_;
  std::vector<std::string> slot_names_;
  double rate_;
  std::int64_t steps_ = 0;
};

}  // namespace voronet
