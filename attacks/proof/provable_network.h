// A network as proofs need it: its bounds, its forward in double, and how far rounding may move its logits.
#pragma once

#include <voronet/attacks/pixel/pixel_queries.h>
#include <voronet/attacks/proof/flip_bounds.h>
#include <voronet/data/images.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/plan/margin_plan.h>
#include <voronet/layers/plan/pixel_bounds.h>
#include <voronet/layers/plan/predictor.h>

#include <functional>
#include <memory>
#include <vector>

namespace voronet {

// What a classifier is now: parameters are copied. Several threads may use one.
class ProvableNetwork {
 public:
  // Throws Error for a network with layers that BoundPlan does not know, and as require_form for its head.
  explicit ProvableNetwork(Classifier& classifier);

  ProvableNetwork(const ProvableNetwork&) = delete;
  ProvableNetwork& operator=(const ProvableNetwork&) = delete;

  // Its bounds, from the front.
  const BoundPlan& bounds() const { return bounds_; }
  // Its bounds from the back, of colours; null where it has none.
  const MarginPlan* margins() const { return margins_.get(); }
  // The same network in double, of images (n, height, width, channels) in double, in [0, 1].
  Prediction in_double(const Tensor& images) const { return (*predictor_)(images); }
  // The same of changes of one image, by the delta forward.
  PixelQueries pixels_in_double(const data::Images& base) const { return ask_pixels_(base); }

 private:
  BoundPlan bounds_;
  std::unique_ptr<MarginPlan> margins_;
  std::unique_ptr<Classifier> twin_;
  std::unique_ptr<Predictor> predictor_;
  AskPixels ask_pixels_;
};

// The same; none of a network for which that throws.
std::shared_ptr<const ProvableNetwork> provable_network(Classifier& classifier);

// What counts as a flip (see OnePixel::tau): none is confident if the own class was below tau before.
FlipRule flip_rule(int label, const std::vector<double>& confidences_before, double tau);

// One pixel's bounds about an image, for every pixel on all threads: calls use(bounds, row, column,
// position), which writes what it finds to a place of its own.
void for_each_pixel(const BoundPlan& plan, const data::Images& image,
                    const std::function<void(PixelBounds&, Index row, Index column, Index position)>& use);

}  // namespace voronet
