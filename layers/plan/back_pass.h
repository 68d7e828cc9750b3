// BackPass: functions that are linear in a network's values, carried back to the pixel.
#pragma once

#include <voronet/layers/plan/margin_place.h>
#include <voronet/layers/plan/relaxation.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace voronet::plan {

// Over a box of colours, in exact arithmetic: constant + sum_k slope_k t_k, where t_k goes from -1 to 1 as
// channel k does from low to high, but for the noise, and for what the doubles of these files round:
// double_rounding at most of what floats do by bounds of the features.
struct LinearBound {
  double constant = 0, noise = 0;
  std::vector<double> slopes = {};

  // In all of the box.
  double least() const {
    double value = constant - noise;
    for (const double slope : slopes) value -= std::abs(slope);
    return value;
  }
};

// So many functions at a time, side by side as a vector's lanes. Every value is seen as a difference from the
// base image's, which is 0 outside the windows that the pixel reaches. Coefficients go back through the
// steps' sums, as gradients do. Where a step bends, the range that the value has before that, in the box or
// in one that holds it, gives a line and a noise (relaxation.h): the coefficient goes through the line, and
// the noise counts times the coefficient. So at the pixel everything that cancels has cancelled.
template <std::size_t lanes>
struct BackPass {
  // Of functions of what is before the bend of the place's step i, to functions of the image.
  void to_pixel(const MarginPlace& place, std::size_t i, const MarginRanges& ranges, Tight tight) {
    for (;; bend(place, --i, ranges, tight)) {
      place.links[i].template add_back<lanes>(coefficients.data(), coefficients.data());
      if (i == 0) return;
    }
  }

  // Coefficients of what is behind the bend of step i become those of what is before it.
  void bend(const MarginPlace& place, std::size_t i, const MarginRanges& ranges, Tight tight) {
    const MarginPlan::Step& step = place.plan.steps()[i];
    if (!step.bends()) return;
    for (Index p = place.maps.begin(step.plan.output); p < place.maps.end(step.plan.output); ++p) {
      double* own = &coefficients[p * lanes];
      if (std::all_of(own, own + lanes, [](double coefficient) { return coefficient == 0; })) continue;
      const auto [low, high] = ranges[p];
      const Relaxation line =
          step.plan.relu ? relax_relu(low, high, Tight::both) : relax(step.plan.function, low, high);
      // Of a value that is subtracted, the upper line is what bounds from below: a chord.
      const Relaxation of_added =
          step.plan.relu && tight == Tight::below ? relax_relu(low, high, Tight::below) : line;
      for (std::size_t l = 0; l < lanes; ++l) {
        const Relaxation& taken = own[l] > 0 ? of_added : line;
        constant[l] += own[l] * (taken.slope * place.before[p] + taken.centre - place.values[p]);
        noise[l] += std::abs(own[l]) * taken.radius;
        own[l] *= taken.slope;
      }
    }
  }

  // Of one function, at the pixel.
  LinearBound over(const MarginPlace& place, std::span<const ValueRange> colours,
                   std::size_t lane = 0) const {
    LinearBound bound{constant[lane], noise[lane]};
    for (std::size_t k = 0; k < colours.size(); ++k) {
      const Index p = place.maps.begin(0) + static_cast<Index>(k);
      const auto [low, high] = colours[k];
      bound.constant += coefficients[p * lanes + lane] * ((low + high) / 2 - place.values[p]);
      bound.slopes.push_back(coefficients[p * lanes + lane] * (high - low) / 2);
    }
    return bound;
  }

  std::array<double, lanes> constant = {}, noise = {};
  std::vector<double> coefficients;  // of each of the place's values, those of all functions
};

}  // namespace voronet::plan
