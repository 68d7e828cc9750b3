// PlanBuilder: what a layer describes itself to when a network becomes an inference plan.
#pragma once

#include <voronet/core/operators/convolution.h>
#include <voronet/core/operators/pooling.h>
#include <voronet/layers/plan/graph.h>

namespace voronet {

// A value in a plan that is being built: the network's input, or what a step makes of another value. It may
// be used any number of times, by steps of the same builder.
struct PlanValue {
  int number = 0;
};

// Each function adds a step and returns its result. Shapes are those of one image, without the batch: (h, w,
// c) or (features). Tensors are copied, and must have the plan's dtype. All functions throw Error when shapes
// or dtypes do not fit, and for values without elements.
class PlanBuilder {
 public:
  // Of a network that takes images of this shape.
  PlanBuilder(const Shape& image, Dtype dtype);

  PlanValue input() const { return {0}; }                                   // the image
  Dtype dtype() const { return graph_.dtype; }                              // of the plan
  const Shape& shape(PlanValue x) const { return graph_.shape(x.number); }  // of a value, of one image

  // As conv2d, plus the bias (out) if it is defined.
  PlanValue convolution(PlanValue x, const Tensor& weight, const Tensor& bias, Conv2dOptions options = {});
  // (in) -> (out): weight (out, in), plus the bias (out) if it is defined. bias_terms: see PlanStep.
  PlanValue linear(PlanValue x, const Tensor& weight, const Tensor& bias, const Tensor& bias_terms = {});
  // x * scale + shift, channel by channel (the last dimension), or element by element where they have x's
  // shape; one value stands for all channels, and an undefined tensor for 1 or 0. Batch-norm in evaluation
  // mode is this. shift_terms, roundings: see PlanStep; 2, of the product and the sum, are those of numbers
  // that are parameters as they are.
  PlanValue scale_shift(PlanValue x, const Tensor& scale, const Tensor& shift, const Tensor& shift_terms = {},
                        Index roundings = 2);
  PlanValue relu(PlanValue x);  // max(x, 0)
  // Throws Error also for a slope outside [0, 1] and where low is above high.
  PlanValue function(PlanValue x, const Function& function);
  PlanValue add(PlanValue a, PlanValue b);  // of one shape
  // (h, w, c) -> (h', w', c), as the operators of these names do.
  PlanValue max_pool(PlanValue x, Pool2dOptions options = {});
  PlanValue average_pool(PlanValue x, Pool2dOptions options = {});
  PlanValue global_average(PlanValue x);         // (h, w, c) -> (c)
  PlanValue flatten(PlanValue x);                // (h, w, c) -> (c h w), channel first
  PlanValue pad(PlanValue x, const Pads& pads);  // (h, w, c) -> (top + h + bottom, left + w + right, c)
  PlanValue concat(PlanValue a, PlanValue b);    // (h, w, c) and (h, w, d) -> (h, w, c + d); or features
  // (d) -> (classes): -gamma_k |x - z_k|^2 for centroids (classes, d) and gamma (classes).
  PlanValue gauss(PlanValue x, const Tensor& centroids, const Tensor& gamma);
  // (rows classes) -> (classes): -gamma_k sum_j x_jk^2, with x seen as (rows, classes), and gamma (classes).
  PlanValue squares(PlanValue x, const Tensor& gamma);
  // The layer's ordinary forward, without recording and in evaluation mode. The layer is not copied: it must
  // outlive the plan. What its output looks like is found by running it once on zeros.
  PlanValue module(Module& layer, PlanValue x);

  // What another graph's step makes of these, by the functions above; `residual` counts where the step has
  // one. Throws Error also for a module, and for a head.
  PlanValue step(const PlanStep& step, PlanValue x, PlanValue residual);

  // What has been built, with `output` as its result.
  PlanGraph finish(PlanValue output) &&;

 private:
  PlanValue append(PlanStep step, const Shape& result);
  PlanValue pool(PlanKind kind, PlanValue x, Pool2dOptions options);
  Tensor copied(const char* name, const Tensor& tensor, const Shape& shape) const;

  PlanGraph graph_;
};

// What a network of images of this shape describes itself as, in the dtype of its parameters and buffers (f32
// without any). Throws Error when the shape does not fit.
PlanGraph graph_of(Module& module, const Shape& image);

}  // namespace voronet
