// When APGD halves the step size of an image (Croce and Hein, "Reliable evaluation of adversarial robustness
// with an ensemble of diverse parameter-free attacks", ICML 2020, section 3): at checkpoints that lie closer
// and closer together, if fewer than three quarters of the steps since the last one raised the loss, or if
// neither the step size nor the largest loss has changed since then.
#pragma once

#include <voronet/core/tensor.h>

#include <limits>

namespace voronet {

class StepHalving {
 public:
  // For so many steps, of which the first are of this size.
  StepHalving(Index steps, double size) : steps_(steps), size_(size) {}

  // The loss before the first step, then after each. One that is not finite is less than any.
  void look(double loss);

  bool best() const { return best_; }  // whether it is the first or larger than all before
  // Whether size() has just halved: go on from where the loss was largest.
  bool halved() const { return halved_; }
  double size() const { return size_; }  // of the next step

 private:
  void pass_checkpoint();

  Index steps_, step_ = 0;
  Index before_ = 0, checkpoint_ = 0;  // the last checkpoint, the next
  int percent_ = 0, gap_ = 25;         // of all steps before the next; how far it is from the last
  Index raised_ = 0;                   // steps since the last that raised the loss
  double size_, last_ = 0;             // the loss where the last step began
  double largest_ = -std::numeric_limits<double>::infinity(), largest_before_ = largest_;
  bool best_ = false, halved_ = false, halved_before_ = false;
};

}  // namespace voronet
