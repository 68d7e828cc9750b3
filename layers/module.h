// Module: what a layer is: it computes, and names its parameters, buffers, random streams and children.
#pragma once

#include <voronet/core/bounds.h>
#include <voronet/core/random.h>
#include <voronet/core/tensor.h>

#include <atomic>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace voronet {

class Module;
class PlanBuilder;
struct PlanValue;

// Everything that a module and its children hold, under PyTorch's names: "embed.conv1.weight". It points into
// them: it is good until one of them is moved, replaced or gone.
class State {
 public:
  struct Entry {
    std::string name;
    Tensor* tensor;  // the module's own
    Bounds bounds{};
  };

  // Called by Module::describe for each thing that the module holds. Throws Error when two have one name.
  void parameter(const std::string& name, Tensor& tensor, Bounds bounds = {});  // trained
  void buffer(const std::string& name, Tensor& tensor);                         // saved, not trained
  void random(const std::string& name,
              Random& random);  // saved, so that runs resume exactly; needs the whole batch
  void child(const std::string& name, Module& module);  // what it describes, behind "name."
  // In training, the module's forward takes a batch as a whole: it mixes images, or changes something of its
  // own (running statistics, random numbers), which several threads may not do at a time.
  void needs_whole_batch() { whole_batch = true; }
  // A tensor that files from elsewhere may hold, and that the module has no use for.
  void ignore(const std::string& name);

  std::vector<Entry> parameters, buffers;
  std::vector<std::pair<std::string, Random*>> randoms;
  std::vector<std::string> ignored;
  std::vector<std::pair<std::string, Module*>> modules;  // the module itself first, named ""; then inwards
  bool whole_batch = false;  // whether any of the modules needs it, in training (see batch_gradients)

 private:
  std::string named(const std::string& name);

  std::string prefix_;
  std::set<std::string> taken_;
};

// A layer, or a network of layers. Moved, but not copied: a parameter has one owner. A module that was moved
// from can only be assigned to or destroyed.
class Module {
 public:
  Module() = default;
  Module(Module&& other) noexcept : training_(other.training_) {}
  Module& operator=(Module&& other) noexcept {
    training_ = other.training_;
    return *this;
  }
  virtual ~Module() = default;

  // The layer's output for a batch. Throws Error when the shape does not fit.
  Tensor operator()(const Tensor& x);

  // Names what the layer holds. A layer that holds nothing need not override it.
  virtual void describe(State& state);

  // Describes to an inference plan what the layer computes from x in evaluation mode, and returns the result
  // (see plan/builder.h). A layer that does not override it is run through its ordinary forward.
  virtual PlanValue plan(PlanBuilder& builder, PlanValue x);

  // Training mode, on at first, off while an Evaluating lives. Dropout and batch-norm act differently in it.
  void train(bool on = true);
  void eval() { train(false); }                                    // train(false)
  bool training() const { return training_ && evaluating_ == 0; }  // whether it is in training mode

  State state();         // what this and its children describe
  Tensors parameters();  // handles, in the order of state()
  Dtype dtype();         // of the parameters and buffers; f32 without any
  // Turns all parameters and buffers into another dtype; inputs must then have it too. Handles taken before
  // no longer belong to the module.
  void to(Dtype dtype);

 protected:
  // What operator() does: the layer's output for a batch. Throws Error when the shape does not fit.
  virtual Tensor forward(const Tensor& x) = 0;
  // Tells every Watch of this thread, and returns y: for layers that compute elsewhere than in forward.
  Tensor watched(const Tensor& x, Tensor y) const;

 private:
  friend class Evaluating;
  bool training_ = true;
  std::atomic<int> evaluating_ = 0;  // how many Evaluatings there are
};

// While one lives, a module and its children are in evaluation mode; then each is as it was before. Several
// may live at a time, on any threads, and go in any order. The module must outlive it, and not be moved.
class Evaluating {
 public:
  explicit Evaluating(Module& module);
  ~Evaluating();
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  std::vector<std::pair<std::string, Module*>> modules_;
};

// While one lives, it is told of every module's input and output on this thread, inner modules before those
// that hold them. Several may live at a time, and are all told; the last made goes first, and must go first.
class Watch {
 public:
  using Callback = std::function<void(const Module&, const Tensor& input, const Tensor& output)>;
  explicit Watch(Callback callback);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  friend class Module;
  Callback callback_;
  Watch* outer_;
};

// Name (as in state()) of the first layer within the network whose output for x holds a NaN or infinity, or
// "" if none does. Runs the network once, in its present mode, without recording.
std::string first_nonfinite_layer(Module& network, const Tensor& x);

}  // namespace voronet
