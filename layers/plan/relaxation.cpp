#include <voronet/layers/plan/affine_forms.h>
#include <voronet/layers/plan/relaxation.h>

namespace voronet::plan {
namespace {

// The function of centre + t (high - low) / 2.
AffineForms applied(const Function& function, double low, double high) {
  AffineForms form(1, 1);
  form.centre(0) = (low + high) / 2;
  form.slope(0, 0) = (high - low) / 2;
  apply(function, form, 0, nullptr);
  return form;
}

}  // namespace

Relaxation relax(const Function& function, double low, double high) {
  const AffineForms form = applied(function, low, high);
  const double half = (high - low) / 2, slope = half > 0 ? form.slope(0, 0) / half : 0;
  return {slope, form.centre(0) - slope * (low + high) / 2, form.radius(0)};
}

double own_rounding(const Function& function, double low, double high) {
  return applied(function, low, high).rounding(0);
}

}  // namespace voronet::plan
