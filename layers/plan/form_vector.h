// Forms side by side as vectors, and loops over them.
#pragma once

#include <voronet/core/kernels/fast/vector.h>
#include <voronet/layers/plan/affine_forms.h>

namespace voronet::plan {

template <int lanes>
using Doubles = typename kernels::Vector<double, lanes>::type;

// Cuts [first, last) into vectors of the processor's width and, at its end, of the half of that, and so on.
// Calls use(Doubles<...>(), begin) for each.
template <int lanes = kernels::native_lanes<double>, class Use>
void for_each_vector(Index first, Index last, const Use& use) {
  for (; first + lanes <= last; first += lanes) use(Doubles<lanes>(), first);
  if constexpr (lanes > 1) for_each_vector<lanes / 2>(first, last, use);
}

// Forms side by side, as many as there are lanes.
template <class V>
class FormVector {
 public:
  FormVector(const AffineForms& forms, Index i) : forms_(forms), i_(i) {}

  V plane(Index p) const {
    V values;
    kernels::load(values, forms_.plane(p) + i_);
    return values;
  }
  V centre() const { return plane(0); }
  V radius() const { return plane(1 + forms_.directions()); }
  V rounding() const { return plane(2 + forms_.directions()); }
  V spread() const {
    V sum{};
    for (Index k = 0; k < forms_.directions(); ++k) sum += absolute(plane(1 + k));
    return sum;
  }
  V magnitude() const { return absolute(centre()) + spread() + (radius() + rounding()); }
  // How far it can lie above another.
  V most_above(const FormVector& other) const {
    V apart{};
    for (Index k = 0; k < forms_.directions(); ++k) apart += absolute(plane(1 + k) - other.plane(1 + k));
    return centre() - other.centre() + apart + (radius() + other.radius());
  }

  static V absolute(const V& x) { return x < 0 ? -x : x; }

 private:
  const AffineForms& forms_;
  Index i_;
};

}  // namespace voronet::plan
