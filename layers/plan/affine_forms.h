// Bounds of many values at once, as affine forms: what is known of a value that depends on a few variables
// is centre + sum_k slope_k t_k + noise, where every t_k lies in [-1, 1] and |noise| <= radius; and whoever
// evaluates the network in floats gets this but for `rounding` (rounding.h says whose evaluations are meant).
// With one variable and no noise that is a value's exact course along a line; without variables it is an
// interval. (The relaxations of ReLU and maximum are those of zonotopes, without a new variable for each:
// Singh, Gehr, Mirman, Pueschel, Vechev, "Fast and effective robustness certification", NeurIPS 2018.)
#pragma once

#include <voronet/core/shape.h>
#include <voronet/layers/plan/function.h>

#include <cmath>
#include <optional>
#include <span>
#include <vector>

namespace voronet::plan {

// What a value lies between.
struct ValueRange {
  double low, high;
};

// What a value is before a step bends it, in any evaluation; and how far that may be from the exact one.
struct Unbent {
  ValueRange range;
  double rounding;
};

// `size` forms in `directions` variables, all 0 at first. Plane by plane: all centres, then all slopes of
// each variable, then all radii, then all roundings. Where nothing is known, a rounding is infinite or NaN,
// and whatever is computed from it is as well.
class AffineForms {
 public:
  AffineForms(Index size, Index directions)
      : size_(size), directions_(directions), values_((directions + 3) * size) {}

  Index size() const { return size_; }              // forms
  Index directions() const { return directions_; }  // variables
  Index planes() const { return directions_ + 3; }  // centres, slopes of each variable, radii, roundings
  // Plane p, of `size` numbers.
  double* plane(Index p) { return values_.data() + p * size_; }
  const double* plane(Index p) const { return values_.data() + p * size_; }

  // Of form i, to be read and written: see above.
  double& centre(Index i) { return plane(0)[i]; }
  double& slope(Index k, Index i) { return plane(1 + k)[i]; }  // of variable k
  double& radius(Index i) { return plane(1 + directions_)[i]; }
  double& rounding(Index i) { return plane(2 + directions_)[i]; }
  // The same, to be read.
  double centre(Index i) const { return plane(0)[i]; }
  double slope(Index k, Index i) const { return plane(1 + k)[i]; }  // of variable k
  double radius(Index i) const { return plane(1 + directions_)[i]; }
  double rounding(Index i) const { return plane(2 + directions_)[i]; }

  // How far the variables move form i from its centre at most.
  double spread(Index i) const {
    double sum = 0;
    for (Index k = 0; k < directions_; ++k) sum += std::abs(slope(k, i));
    return sum;
  }
  // How far form i's value lies from its centre at most, but for the variables.
  double noise(Index i) const { return radius(i) + rounding(i); }
  // What form i allows.
  Unbent unbent(Index i) const {
    const double reach = spread(i) + noise(i);
    return {{centre(i) - reach, centre(i) + reach}, rounding(i)};
  }
  // The largest absolute value that form i allows.
  double magnitude(Index i) const { return std::abs(centre(i)) + spread(i) + noise(i); }

 private:
  Index size_, directions_;
  std::vector<double> values_;
};

// The larger of both; NaN is larger than all numbers.
inline double larger(double a, double b) { return std::isnan(a) || b <= a ? a : b; }

// Where along the line, t in (-1, 1), forms of one variable stop being affine: of all places seen, the one
// nearest the middle. Places at the very ends don't count.
class Kink {
 public:
  // That centre + slope t changes its sign, if it does so between the ends.
  void see(double centre, double slope) {
    const double t = -centre / slope;
    if (std::abs(t) <= almost_one && (!at_ || std::abs(t) < std::abs(*at_))) at_ = t;
  }
  std::optional<double> at() const { return at_; }  // that place, if any was seen

 private:
  static constexpr double almost_one = 1 - 1e-6;
  std::optional<double> at_;
};

// Forms [first, last) become ones that hold max(form, 0). With `kink` (for one variable), reports where a
// form's sign changes.
void relu(AffineForms& forms, Index first, Index last, Kink* kink);

// Form i becomes one that holds the function of form i. With `kink`, reports where it bends; of a curve, that
// it does so everywhere.
void apply(const Function& function, AffineForms& forms, Index i, Kink* kink);

// Form to + i of `result` becomes one that holds the largest of the forms of[.] + i, for i < n; of these
// there is at least one. With `kink`, reports where the largest changes.
void maximum(const AffineForms& forms, std::span<const Index> of, Index n, AffineForms& result, Index to,
             Kink* kink);

}  // namespace voronet::plan
