// Normalize: from pixel values in [0, 1], or those of points, to what the network was trained on.
#pragma once

#include <voronet/layers/module.h>

#include <vector>

namespace voronet {

// (n, h, w, c) or (n, c) -> the same shape: (x - mean) / deviation, channel by channel; one value stands for
// all channels. Being a layer, it keeps images uint8 outside and attacks in the image's own range.
class Normalize : public Module {
 public:
  // Finite, deviations > 0, as many as means; throws Error otherwise.
  Normalize(std::vector<double> mean, std::vector<double> deviation);
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;
  const std::vector<double>& mean() const { return mean_; }
  const std::vector<double>& deviation() const { return deviation_; }

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  std::vector<double> mean_, deviation_;
};

}  // namespace voronet
