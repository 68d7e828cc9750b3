// Schedules: the learning rate of each epoch.
#pragma once

#include <functional>
#include <vector>

namespace voronet {

// Epoch 0.. (fractions allowed) -> learning rate.
using Schedule = std::function<double(double epoch)>;

// rate, multiplied by `factor` every `every` > 0 epochs.
Schedule step_schedule(double rate, double every, double factor);
// From rate to last along half a cosine over `epochs` > 0, then constant (Loshchilov, Hutter, ICLR 2017,
// without restarts).
Schedule cosine_schedule(double rate, double epochs, double last = 0);

struct RateStage {
  double epochs, rate;
};
// One rate after another, each for its number of epochs; the last goes on. Throws Error without stages.
Schedule staged_schedule(std::vector<RateStage> stages);

}  // namespace voronet
