#include <voronet/attacks/pixel/logit_roundings.h>
#include <voronet/attacks/proof/provable_network.h>

#include <limits>

namespace voronet {
namespace {

std::vector<double> unknown(const data::Images& base) {
  return std::vector<double>(base.height * base.width, std::numeric_limits<double>::infinity());
}

std::shared_ptr<const BoundPlan> plan_of(Classifier& classifier) {
  const Shape shape = classifier.input_shape();
  const Head::Confidence confidence = classifier.head().confidence();
  if (shape.rank() != 3 || shape[2] != 1 || confidence == Head::Confidence::own) return nullptr;
  try {
    return std::make_shared<const BoundPlan>(classifier, shape, confidence);
  } catch (const Error&) {
    return nullptr;
  }
}

}  // namespace

LogitRoundings logit_roundings_of(Classifier& classifier) {
  return [plan = plan_of(classifier)](const data::Images& base) {
    std::vector<double> roundings = unknown(base);
    if (plan == nullptr) return roundings;
    const ValueRange all_values{0, 1};
    for_each_pixel(*plan, base, [&](PixelBounds& bounds, Index row, Index column, Index position) {
      roundings[position] = plan->head().rounding(bounds.features(row, column, {&all_values, 1}));
    });
    return roundings;
  };
}

}  // namespace voronet
