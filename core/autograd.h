// Reverse-mode automatic differentiation, define-by-run, of any order.
//
// An operator calls record() with its result and, for each input, the rule that turns the result's gradient
// into that input's (its vector-Jacobian product). Rules are written with operators, so with create_graph a
// gradient can be differentiated again. A graph belongs to the tensors that came out of it: when the last of
// them is gone, it is freed. Leaves may be written at any time, but a rule that needs a tensor as it was when
// it was recorded then refuses: a gradient is right, or it is an Error.
#pragma once

#include <voronet/core/tensor.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace voronet {

// A tensor as it is now, for a rule to capture: Step::saved() gives it back.
class Saved {
 public:
  Saved() = default;
  explicit Saved(const Tensor& tensor) : tensor_(tensor), version_(tensor.version()) {}

 private:
  friend class Step;
  Tensor tensor_;
  std::uint64_t version_ = 0;
};

// What a rule sees of the step that it belongs to.
class Step {
 public:
  Step(Tensor gradient, std::shared_ptr<autograd::Node> node)
      : gradient_(std::move(gradient)), node_(std::move(node)) {}
  // The gradient of the operator's output.
  const Tensor& gradient() const { return gradient_; }
  // The operator's output. Throws Error unless recorded with Keep::output, and if it was written since.
  Tensor output() const;
  // The tensor that was captured. Throws Error if it was written since, through whatever handle.
  const Tensor& saved(const Saved& saved) const;
  // What several rules of the operator make together: computed for the first that asks.
  const Tensors& shared(const std::function<Tensors(const Step&)>& compute) const;

 private:
  Tensor gradient_;
  std::shared_ptr<autograd::Node> node_;
  mutable Tensors shared_;
};

// The gradient of one input, of that input's shape.
using Rule = std::function<Tensor(const Step&)>;

struct Input {
  const Tensor& tensor;
  mutable Rule rule;  // record() takes it
};

// Whether the graph keeps the output for its rules, which must not capture it: the graph would own itself.
enum class Keep { nothing, output };

// The end of every operator: `output` as a recorded tensor if any input is tracked and recording is on, else
// just `output`. Rules of untracked inputs are dropped, and with them the tensors that they captured.
Tensor record(const char* name, Tensor output, std::initializer_list<Input> inputs,
              Keep keep = Keep::nothing);
// For operators of any number of inputs.
Tensor record(const char* name, Tensor output, const std::vector<Input>& inputs);

// A leaf: the same elements, followed by autograd from here on.
Tensor variable(const Tensor& tensor);

struct GradOptions {
  bool create_graph = false;  // record the gradients too, to differentiate them again
  Tensors cotangents = {};    // d(objective)/d(output) for each output; default: ones, scalar outputs only
  // Called with each input's position and gradient as soon as that is whole: at a network's end first.
  std::function<void(std::size_t input, const Tensor& gradient)> ready = {};
};

// Gradients of the sum of the outputs (weighted by the cotangents) with respect to each input, in the inputs'
// order and shapes. Inputs that no output depends on get zeros. Gradients that may be written share no
// storage with one another, with the cotangents or the graph. Throws Error for an input that is not tracked,
// an output that is not, an output with more than one element and no cotangent, or a tensor that a rule needs
// but that was written since it was recorded.
Tensors grad(const Tensors& outputs, const Tensors& inputs, const GradOptions& options = {});
Tensors grad(const Tensor& output, const Tensors& inputs, const GradOptions& options = {});

// While one lives, this thread records nothing, not even with create_graph.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};

namespace autograd {
// Whether operators on this thread record themselves: in a rule, whether gradients are differentiated again.
bool recording();
// Whether a tracked tensor comes from variable().
bool is_leaf(const Tensor& tensor);
// Name of the operator that recorded this tensor ("leaf" for a variable); throws Error when untracked.
std::string operator_name(const Tensor& tensor);
// Graph nodes alive in the whole process.
Index live_nodes();
}  // namespace autograd

}  // namespace voronet
