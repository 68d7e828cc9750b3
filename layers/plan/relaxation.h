// Linear relaxations of what bends, element by element, for passes from the back.
#pragma once

#include <voronet/layers/plan/function.h>

namespace voronet::plan {

// For x from low to high, slope x + centre is within radius of what it stands for.
struct Relaxation {
  double slope = 1, centre = 0, radius = 0;
};

// Which sides of a relaxation are tight: one below at the cost of what is above, or both alike.
enum class Tight { below, both };

// Of max(x, 0): both, between the chord over the ends and its parallel through 0; below, between the line
// through 0 of slope 0 or 1, whichever leaves less, and its parallel. (Chord and slopes are those of Zhang,
// Weng, Chen, Hsieh, Daniel, "Efficient neural network robustness certification with general activation
// functions", NeurIPS 2018; with a parallel, one pass bounds both sides.)
inline Relaxation relax_relu(double low, double high, Tight tight) {
  if (low >= 0) return {};
  if (high <= 0) return {0, 0, 0};
  const double slope = tight == Tight::both ? high / (high - low) : high > -low ? 1 : 0;
  const double half_gap = (tight == Tight::both ? -slope * low : std::min(-low, high)) / 2;
  return {slope, half_gap, half_gap};
}

// Of a function: the line that affine_forms.h takes.
Relaxation relax(const Function& function, double low, double high);

// How far an evaluation's function of such an x may be off.
double own_rounding(const Function& function, double low, double high);

}  // namespace voronet::plan
