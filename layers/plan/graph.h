// The graph of an inference plan: what is computed from what, as plain data that can be read, rewritten and
// run.
#pragma once

#include <voronet/core/kernels/convolution.h>
#include <voronet/core/tensor.h>
#include <voronet/layers/plan/function.h>

#include <array>
#include <string>
#include <vector>

namespace voronet {

class Module;

enum class PlanKind {
  convolution,     // weight (out, in, kh, kw), then the maxima of windows of `size` that lie side by side
  linear,          // weight (out, in)
  elementwise,     // only the epilogue
  function,        // of each element: sigmoid and the like
  max_pool,        // over windows of `size`
  average_pool,    // likewise
  global_average,  // (h, w, c) -> (c)
  flatten,         // (h, w, c) -> (c h w), channel first
  pad,             // zeros around, or the nearest pixels
  concat,          // channels of the input, then those of the residual
  gauss,           // -gamma_k |x - z_k|^2: weight the centroids, transposed (d, classes); bias gamma
  squares,         // -gamma_k sum_j x_jk^2 for x seen as (rows, classes): bias gamma
  module,          // a layer's ordinary forward
};

// Rows above, columns on the left, rows below, columns on the right.
struct Pads {
  Index top = 0, left = 0, bottom = 0, right = 0;
  bool nearest = false;  // what they hold: the pixel that is nearest; or zeros

  friend bool operator==(const Pads&, const Pads&) = default;
};

// One step. A convolution, linear or elementwise step has an epilogue, each part of which may be absent: its
// bias, one for each channel, is added (elementwise: to x * weight), then the residual, then comes ReLU. The
// weight and bias of an elementwise step may also be one for each element. A convolution with windows has no
// residual; only InferencePlan makes such ones.
struct PlanStep {
  PlanKind kind;
  int input;          // the value that it reads
  int output = -1;    // the value that it writes
  int residual = -1;  // another value that it reads, or -1
  bool relu = false;
  Tensor weight = {}, bias = {};  // undefined where there is none
  // Of what the bias was added up from: the sum of the absolute values, before anything cancelled. Undefined:
  // the bias's own absolute value.
  Tensor bias_terms = {};
  // How many roundings, of an evaluation and of these numbers together, a term goes through for the scales
  // and shifts that weight and bias hold.
  Index roundings = 0;
  Index size = 1;                 // of a pooling's window
  Index stride = 1, padding = 0;  // of a convolution or pooling
  Pads pads = {};
  Function function = {};
  Module* module = nullptr;  // whose forward it is
  std::string name = {};     // of its numbers, where they have one: "layer1.conv2"

  // Of an elementwise step for values of this shape: how many numbers its weight and bias have each, one for
  // each channel or element.
  Index numbers(const Shape& shape) const {
    return weight.defined() ? weight.size() : bias.defined() ? bias.size() : shape[-1];
  }
};

// Values are numbered; each is written by one step, but value 0, which is the plan's input. Steps stand in
// the order in which they run.
struct PlanGraph {
  Dtype dtype = Dtype::f32;
  std::vector<Shape> shapes;  // of each value, for one image: (h, w, c) or (features)
  std::vector<PlanStep> steps;
  int output = 0;  // the value that is the plan's result

  const Shape& shape(int value) const { return shapes[value]; }  // of a value, without the batch
  // How often steps read the value; the plan's output counts as read once more.
  int readers(int value) const;
  // The position of the step that writes the value; -1 for the plan's input.
  int writer(int value) const;
  // The position of the last step that reads or writes each value.
  std::vector<std::size_t> last_uses() const;
};

// The sizes of a convolution step that takes n images of shape `in`.
kernels::Conv2dSizes conv_sizes(const Shape& in, const PlanStep& step, Index n);

// The shape of n images.
Shape batch_shape(Index n, const Shape& image);

}  // namespace voronet
