// Normalize: from pixel values in [0, 1], or those of points, to what the network was trained on.
#pragma once

#include <voronet/core/operators/arithmetic.h>
#include <voronet/layers/module.h>
#include <voronet/layers/plan/builder.h>

#include <cmath>
#include <vector>

namespace voronet {

// (n, h, w, c) or (n, c) -> the same shape: (x - mean) / deviation, channel by channel; one value stands for
// all channels. Being a layer, it keeps images uint8 outside and attacks in the image's own range.
class Normalize : public Module {
 public:
  // Finite, deviations > 0, as many as means; throws Error otherwise.
  Normalize(std::vector<double> mean, std::vector<double> deviation)
      : mean_(std::move(mean)), deviation_(std::move(deviation)) {
    require(!mean_.empty() && mean_.size() == deviation_.size(), "Normalize: ", mean_.size(), " means but ",
            deviation_.size(), " deviations");
    for (const double m : mean_) require(std::isfinite(m), "Normalize: mean ", m, " is not finite");
    for (const double d : deviation_)
      require(std::isfinite(d) && d > 0, "Normalize: deviation ", d, " is not a positive number");
  }
  PlanValue plan(PlanBuilder& builder, PlanValue x) override {
    const Shape values{static_cast<Index>(mean_.size())};
    const Tensor deviation = from(deviation_, values, builder.dtype());
    constexpr Index roundings =
        7;  // of deviation and quotient, here and elsewhere; mean, difference, product
    return builder.scale_shift(x, 1 / deviation, -from(mean_, values, builder.dtype()) / deviation, {},
                               roundings);
  }
  const std::vector<double>& mean() const { return mean_; }            // one a channel, or one for all
  const std::vector<double>& deviation() const { return deviation_; }  // as many

 protected:
  Tensor forward(const Tensor& x) override {
    const Index n = static_cast<Index>(mean_.size());
    require((x.rank() == 4 || x.rank() == 2) && (n == 1 || n == x.dim(-1)), "Normalize: input ", x.shape(),
            " does not have ", n, " channels (n x h x w x c, or n x c)");
    return (x - from(mean_, {n}, x.dtype())) / from(deviation_, {n}, x.dtype());
  }

 private:
  std::vector<double> mean_, deviation_;
};

}  // namespace voronet
