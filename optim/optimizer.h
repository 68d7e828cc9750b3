// Optimizer: what SGD and Adam have in common: parameter groups, a learning rate, a state that can be saved.
#pragma once

#include <voronet/core/bounds.h>
#include <voronet/core/tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace voronet {

// Parameters (leaves, or tensors outside any graph, updated in place) that are treated alike.
struct ParameterGroup {
  Tensors parameters;
  double weight_decay = 0;  // negative: pushes away from 0
  double rate = 1;          // >= 0, times the optimiser's
  Bounds bounds = {};       // each element is put back between them after each step
};

// Moved, but not copied.
class Optimizer {
 public:
  Optimizer(Optimizer&&) = default;
  Optimizer& operator=(Optimizer&&) = default;
  virtual ~Optimizer() = default;

  // One update. Gradients fit the groups' parameters in order, shape and dtype: else an Error, and no change.
  void step(const Tensors& gradients);

  double rate() const { return rate_; }  // of the next step
  void set_rate(double rate);            // >= 0; throws Error otherwise

  // Everything that the next step depends on, apart from the parameters and the rate: named copies of
  // tensors. load throws Error for one that is missing or of the wrong shape, and changes nothing then.
  std::map<std::string, Tensor> save() const;
  // Goes on where save() was called.
  void load(const std::map<std::string, Tensor>& state);

 protected:
  // slots: names of the running averages that each parameter needs, all zero at first. Throws Error on a
  // negative rate, on bounds of which the lower is the higher, and on a parameter that an operator recorded
  // or that shares elements with another one.
  Optimizer(const std::vector<ParameterGroup>& groups, double rate, const std::vector<std::string>& slots);

  static constexpr Index elements_a_piece = 1 << 13;  // of one thread's work in update()
  struct Step {
    std::int64_t number;        // from 1
    double rate, weight_decay;  // of the parameter's group, the rate times the optimiser's
  };
  // Updates one parameter; slots in the order given to the constructor. Bounds are kept by step().
  virtual void update(const Tensor& parameter, const Tensor& gradient, const Tensors& slots,
                      const Step& step) = 0;

 private:
  struct Item {
    Tensor parameter;
    double weight_decay, rate;
    Bounds bounds;
    Tensors slots;
  };
  void check(const Tensor& parameter) const;

  std::vector<Item> items_;
  std::vector<std::string> slot_names_;
  double rate_;
  std::int64_t steps_ = 0;
};

}  // namespace voronet
