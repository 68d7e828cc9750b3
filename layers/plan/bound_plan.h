// BoundPlan: what a network can make of an image in which one pixel takes any values of a box.
#pragma once

#include <voronet/layers/module.h>
#include <voronet/layers/plan/affine_forms.h>
#include <voronet/layers/plan/graph.h>
#include <voronet/layers/plan/logit_bounds.h>
#include <voronet/layers/plan/windows.h>

#include <span>
#include <vector>

namespace voronet {

namespace plan {
class FormChanges;
}
using plan::ValueRange;

// A network of convolutions, linear maps, ReLU and the functions of function.h, poolings, paddings, scales
// and shifts, sums of two branches or their channels side by side, with a head whose logits are linear in the
// features or sums of squares: softmax, Gauss, DUQ, DDU. Parameters are copied.
//
// The bounds hold the exact result and that of every evaluation of which rounding.h speaks, pixels read as
// byte / 255 included. Where a number on the way may be too large for a float, they hold nothing: they are
// infinite. They are computed in double, whose rounding is added to that of the floats.
class BoundPlan {
 public:
  // The network's output is its head's. Throws Error for a network that does not fit images of this shape
  // (h, w, c), and one with other layers, by name.
  BoundPlan(Module& network, const Shape& image, Head::Confidence confidence);

  // An image's own course through the network: forms without variables or noise.
  struct Base {
    std::vector<plan::AffineForms> sums;            // each step's affine part, before finish(); by value
    std::vector<plan::AffineForms> values;          // each value
    std::vector<double> largest;                    // magnitude of each value
    std::vector<std::vector<plan::Unbent>> before;  // what values are before ReLU or a function; by value
  };
  // image (h, w, c), in [0, 1].
  Base base(std::span<const double> image) const;

  const LogitBounds& head() const { return *head_; }            // what turns features into logits
  const Shape& image_shape() const { return graph_.shape(0); }  // (h, w, c)

  const PlanGraph& graph() const { return graph_; }                             // without the head
  std::span<const plan::StepRounding> roundings() const { return roundings_; }  // of each step
  std::span<const plan::MapSize> maps() const { return maps_; }                 // of each value

 private:
  friend class PixelBounds;
  void add_affine(const PlanStep& step, double rounding, const plan::AffineForms& x,
                  const plan::AffineForms* base, const plan::Windows& changed, plan::AffineForms& y) const;
  void add_pixel(const PlanStep& step, Index pixel, const plan::FormChanges& changes,
                 plan::AffineForms& y) const;
  plan::Windows outputs(std::size_t step, const plan::Windows& changed) const;
  double largest_read(const PlanStep& step, const std::vector<double>& largest_of) const;
  void finish(std::size_t step, std::vector<plan::AffineForms>& values, double largest,
              const plan::Windows& changed, plan::Kink* kink, std::vector<plan::Unbent>& before) const;

  PlanGraph graph_;                            // without the head
  std::vector<plan::StepRounding> roundings_;  // of each step
  std::vector<plan::MapSize> maps_;            // of each value
  std::vector<std::vector<double>> weights_;   // by value that a sum writes: weights_of, readers side by side
  std::optional<LogitBounds> head_;
};

}  // namespace voronet
