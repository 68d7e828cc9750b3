#include <voronet/theory/check.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

// By how much one is further from passing than the other: the excess over the tolerance where that is 0.
bool worse(double value, double tolerance, const Check& than) {
  if (std::isnan(than.value) || std::isnan(than.tolerance)) return false;
  if (std::isnan(value) || std::isnan(tolerance)) return true;
  if (tolerance > 0 && than.tolerance > 0) return value / tolerance > than.value / than.tolerance;
  return value - tolerance > than.value - than.tolerance;
}

}  // namespace

void Checks::trial(const std::string& name, const std::string& claim, double value, double tolerance) {
  auto check = std::find_if(checks_.begin(), checks_.end(), [&](const Check& c) { return c.name == name; });
  if (check == checks_.end()) {
    checks_.push_back({name, claim, value, tolerance});
    check = checks_.end() - 1;
  } else if (worse(value, tolerance, *check)) {
    check->value = value;
    check->tolerance = tolerance;
  }
  ++check->trials;
}

Index Checks::failed() const {
  return std::count_if(checks_.begin(), checks_.end(), [](const Check& check) { return !check.ok(); });
}

}  // namespace voronet
