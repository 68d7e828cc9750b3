#include <voronet/attacks/proof/provable_network.h>
#include <voronet/core/parallel.h>
#include <voronet/layers/checkpoint.h>

namespace voronet {
namespace {

Classifier& provable(Classifier& classifier) {
  require_form(classifier.head(), text("proof: head ", classifier.config().head));
  return classifier;
}

}  // namespace

ProvableNetwork::ProvableNetwork(Classifier& classifier)
    : bounds_(provable(classifier), classifier.input_shape(), classifier.head().confidence()) {
  if (bounds_.image_shape()[2] > 1 && MarginPlan::possible(bounds_))
    margins_ = std::make_unique<MarginPlan>(bounds_);
  Random random;
  twin_ = std::make_unique<Classifier>(classifier.config(), random);
  load_state(*twin_, save_state(classifier), "the network in double");
  twin_->to(Dtype::f64);
  predictor_ = std::make_unique<Predictor>(*twin_);
  ask_pixels_ = ask_pixels_of(*twin_);
}

std::shared_ptr<const ProvableNetwork> provable_network(Classifier& classifier) {
  try {
    return std::make_shared<const ProvableNetwork>(classifier);
  } catch (const Error&) {
    return nullptr;
  }
}

FlipRule flip_rule(int label, const std::vector<double>& confidences_before, double tau) {
  FlipRule rule{label};
  if (confidences_before.at(label) >= tau) rule.tau = tau;
  return rule;
}

void for_each_pixel(const BoundPlan& plan, const data::Images& image,
                    const std::function<void(PixelBounds&, Index, Index, Index)>& use) {
  const BoundPlan::Base base = plan.base(data::to_tensor(image, Dtype::f64).values<double>());
  parallel_for(image.height, 1, [&](Index begin, Index end) {
    PixelBounds bounds(plan, base);
    for (Index row = begin; row < end; ++row)
      for (Index column = 0; column < image.width; ++column)
        use(bounds, row, column, row * image.width + column);
  });
}

}  // namespace voronet
