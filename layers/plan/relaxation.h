// Linear relaxations of what bends, element by element, for passes from the back.
#pragma once

#include <voronet/layers/plan/function.h>

namespace voronet::plan {

// For x from low to high, slope x + centre is within radius of what it stands for.
struct Relaxation {
  double slope = 1, centre = 0, radius = 0;
};

// Of max(x, 0): between the chord over the ends and its parallel through 0. (The upper line is the one of
// Zhang, Weng, Chen, Hsieh, Daniel, "Efficient neural network robustness certification with general
// activation functions", NeurIPS 2018; with the parallel below it, one pass bounds both sides.)
inline Relaxation relax_relu(double low, double high) {
  if (low >= 0) return {};
  if (high <= 0) return {0, 0, 0};
  const double slope = high / (high - low), half_gap = -slope * low / 2;
  return {slope, half_gap, half_gap};
}

// Of a function: the line that affine_forms.h takes.
Relaxation relax(const Function& function, double low, double high);

// How far an evaluation's function of such an x may be off.
double own_rounding(const Function& function, double low, double high);

}  // namespace voronet::plan
