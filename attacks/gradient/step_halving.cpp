#include <voronet/attacks/gradient/step_halving.h>

#include <algorithm>
#include <cmath>

namespace voronet {

void StepHalving::look(double loss) {
  if (!std::isfinite(loss)) loss = -std::numeric_limits<double>::infinity();
  best_ = step_ == 0 || loss > largest_;
  raised_ += step_ > 0 && loss > last_;
  largest_ = std::max(largest_, loss);
  halved_ = false;
  if (step_ == checkpoint_) pass_checkpoint();
  last_ = halved_ ? largest_ : loss;
  ++step_;
}

// The first lies before the first step.
void StepHalving::pass_checkpoint() {
  if (step_ > 0)
    halved_ = 4 * raised_ < 3 * (step_ - before_) || (!halved_before_ && largest_ == largest_before_);
  if (halved_) size_ /= 2;
  halved_before_ = halved_;
  largest_before_ = largest_;
  raised_ = 0;
  before_ = step_;
  while (checkpoint_ <= step_) {  // of few steps, several fall on one
    gap_ = std::max(gap_ - 3, 6);
    percent_ += gap_;
    checkpoint_ = std::lround(std::ceil(percent_ * static_cast<double>(steps_) / 100));
  }
}

}  // namespace voronet
