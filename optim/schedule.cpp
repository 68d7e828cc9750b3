#include <voronet/core/error.h>
#include <voronet/optim/schedule.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace voronet {

Schedule step_schedule(double rate, double every, double factor) {
  require(every > 0, "step_schedule: every ", every, " epochs is not positive");
  return [=](double epoch) { return rate * std::pow(factor, std::floor(epoch / every)); };
}

Schedule cosine_schedule(double rate, double epochs, double last) {
  require(epochs > 0, "cosine_schedule: ", epochs, " epochs is not positive");
  return [=](double epoch) {
    const double done = std::clamp(epoch / epochs, 0.0, 1.0);
    return last + (rate - last) * (1 + std::cos(std::numbers::pi * done)) / 2;
  };
}

Schedule staged_schedule(std::vector<RateStage> stages) {
  require(!stages.empty(), "staged_schedule: no stages");
  return [stages = std::move(stages)](double epoch) {
    for (const RateStage& stage : stages) {
      if (epoch < stage.epochs) return stage.rate;
      epoch -= stage.epochs;
    }
    return stages.back().rate;
  };
}

}  // namespace voronet
