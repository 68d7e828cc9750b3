#include <voronet/core/autograd.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/layers/module.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {
namespace {

void require_image(const char* name, const Shape& x) {
  require(x.rank() == 3, "plan: ", name, " takes images h x w x c, not ", x);
}

}  // namespace

PlanBuilder::PlanBuilder(const Shape& image, Dtype dtype) {
  require(image.size() >= 1, "plan: an input ", image, " has no elements");
  graph_.dtype = dtype;
  graph_.shapes = {image};
}

PlanValue PlanBuilder::append(PlanStep step, const Shape& result) {
  require(result.size() >= 1, "plan: a step's result ", result, " has no elements");
  step.output = static_cast<int>(graph_.shapes.size());
  graph_.steps.push_back(std::move(step));
  graph_.shapes.push_back(result);
  return {static_cast<int>(graph_.shapes.size()) - 1};
}

// Undefined stays undefined; one value becomes as many as the shape has.
Tensor PlanBuilder::copied(const char* name, const Tensor& tensor, const Shape& shape) const {
  if (!tensor.defined()) return {};
  require(tensor.dtype() == graph_.dtype, "plan: ", name, " is of ", tensor.dtype(), ", the network of ",
          graph_.dtype);
  require(tensor.shape() == shape || tensor.size() == 1, "plan: ", name, ' ', tensor.shape(), " is not ",
          shape);
  const NoGrad scope;
  return broadcast_to(tensor, shape).clone();
}

PlanValue PlanBuilder::convolution(PlanValue x, const Tensor& weight, const Tensor& bias,
                                   Conv2dOptions options) {
  const kernels::Conv2dSizes sizes =
      conv2d_sizes("plan: convolution", batch_shape(1, shape(x)), weight.shape(), options);
  return append({.kind = PlanKind::convolution,
                 .input = x.number,
                 .weight = copied("weight", weight, weight.shape()),
                 .bias = copied("bias", bias, {weight.dim(0)}),
                 .stride = options.stride,
                 .padding = options.padding},
                {sizes.out_h(), sizes.out_w(), sizes.o});
}

PlanValue PlanBuilder::linear(PlanValue x, const Tensor& weight, const Tensor& bias,
                              const Tensor& bias_terms) {
  require(shape(x).rank() == 1 && weight.rank() == 2 && weight.dim(1) == shape(x)[0],
          "plan: linear of features ", shape(x), " with weight ", weight.shape(), " (out x in)");
  return append({.kind = PlanKind::linear,
                 .input = x.number,
                 .weight = copied("weight", weight, weight.shape()),
                 .bias = copied("bias", bias, {weight.dim(0)}),
                 .bias_terms = copied("bias's terms", bias_terms, {weight.dim(0)})},
                {weight.dim(0)});
}

PlanValue PlanBuilder::scale_shift(PlanValue x, const Tensor& scale, const Tensor& shift,
                                   const Tensor& shift_terms, Index roundings) {
  const auto is_map = [&](const Tensor& t) { return t.defined() && t.shape() == shape(x); };
  const Shape numbers = is_map(scale) || is_map(shift) ? shape(x) : Shape{shape(x)[-1]};
  const auto flat = [&](const char* name, const Tensor& tensor) {
    const Tensor all = copied(name, tensor, numbers);
    return all.defined() ? all.storage_view({numbers.size()}) : all;
  };
  return append({.kind = PlanKind::elementwise,
                 .input = x.number,
                 .weight = flat("scale", scale),
                 .bias = flat("shift", shift),
                 .bias_terms = flat("shift's terms", shift_terms),
                 .roundings = roundings},
                shape(x));
}

PlanValue PlanBuilder::relu(PlanValue x) {
  return append({.kind = PlanKind::elementwise, .input = x.number, .relu = true}, shape(x));
}

PlanValue PlanBuilder::function(PlanValue x, const Function& function) {
  require(function.slope >= 0 && function.slope <= 1, "plan: a leaky ReLU of slope ", function.slope,
          ", which is outside [0, 1]");
  require(function.low <= function.high, "plan: values between ", function.low, " and ", function.high);
  return append({.kind = PlanKind::function, .input = x.number, .function = function}, shape(x));
}

PlanValue PlanBuilder::add(PlanValue a, PlanValue b) {
  require(shape(a) == shape(b), "plan: ", shape(a), " and ", shape(b), " cannot be added");
  return append({.kind = PlanKind::elementwise, .input = a.number, .residual = b.number}, shape(a));
}

PlanValue PlanBuilder::pool(PlanKind kind, PlanValue x, Pool2dOptions options) {
  const Shape pooled = pool2d_shape("plan: pooling", batch_shape(1, shape(x)), options);
  return append({.kind = kind,
                 .input = x.number,
                 .size = options.size,
                 .stride = options.stride == 0 ? options.size : options.stride},
                pooled.without(0));
}

PlanValue PlanBuilder::max_pool(PlanValue x, Pool2dOptions options) {
  return pool(PlanKind::max_pool, x, options);
}

PlanValue PlanBuilder::average_pool(PlanValue x, Pool2dOptions options) {
  return pool(PlanKind::average_pool, x, options);
}

PlanValue PlanBuilder::global_average(PlanValue x) {
  require_image("global_average", shape(x));
  return append({.kind = PlanKind::global_average, .input = x.number}, {shape(x)[2]});
}

PlanValue PlanBuilder::flatten(PlanValue x) {
  require_image("flatten", shape(x));
  return append({.kind = PlanKind::flatten, .input = x.number}, {shape(x).size()});
}

PlanValue PlanBuilder::pad(PlanValue x, const Pads& pads) {
  require_image("pad", shape(x));
  constexpr Index most = Index{1} << 30;
  for (const Index pixels : {pads.top, pads.left, pads.bottom, pads.right})
    require(pixels >= 0 && pixels <= most, "plan: padding by ", pixels, " pixels");
  return append({.kind = PlanKind::pad, .input = x.number, .pads = pads},
                {pads.top + shape(x)[0] + pads.bottom, pads.left + shape(x)[1] + pads.right, shape(x)[2]});
}

PlanValue PlanBuilder::concat(PlanValue a, PlanValue b) {
  const Shape &first = shape(a), &second = shape(b);
  require(first.rank() >= 1 && first.rank() == second.rank() && first.without(-1) == second.without(-1),
          "plan: ", first, " and ", second, " do not go beside one another");
  return append({.kind = PlanKind::concat, .input = a.number, .residual = b.number},
                first.with(-1, first[-1] + second[-1]));
}

PlanValue PlanBuilder::gauss(PlanValue x, const Tensor& centroids, const Tensor& gamma) {
  require(shape(x).rank() == 1 && centroids.rank() == 2 && centroids.dim(1) == shape(x)[0], "plan: features ",
          shape(x), " do not match centroids ", centroids.shape());
  const NoGrad scope;
  return append({.kind = PlanKind::gauss,
                 .input = x.number,
                 .weight = transpose(copied("centroids", centroids, centroids.shape())),
                 .bias = copied("gamma", gamma, {centroids.dim(0)})},
                {centroids.dim(0)});
}

PlanValue PlanBuilder::squares(PlanValue x, const Tensor& gamma) {
  require(shape(x).rank() == 1 && gamma.rank() == 1 && gamma.size() >= 1 && shape(x)[0] % gamma.size() == 0,
          "plan: features ", shape(x), " are not rows of ", gamma.shape(), " classes");
  return append({.kind = PlanKind::squares, .input = x.number, .bias = copied("gamma", gamma, gamma.shape())},
                gamma.shape());
}

PlanValue PlanBuilder::module(Module& layer, PlanValue x) {
  const NoGrad scope;
  const Evaluating mode(layer);
  const Tensor result = layer(zeros(batch_shape(1, shape(x)), graph_.dtype));
  require(result.rank() >= 1 && result.dim(0) == 1 && result.dtype() == graph_.dtype,
          "plan: a layer turns one image into ", result.shape(), " of ", result.dtype());
  return append({.kind = PlanKind::module, .input = x.number, .module = &layer}, result.shape().without(0));
}

PlanValue PlanBuilder::step(const PlanStep& step, PlanValue x, PlanValue residual) {
  switch (step.kind) {
    case PlanKind::convolution:
      x = convolution(x, step.weight, step.bias, {step.stride, step.padding});
      break;
    case PlanKind::linear:
      x = linear(x, step.weight, step.bias, step.bias_terms);
      break;
    case PlanKind::elementwise:
      if (step.weight.defined() || step.bias.defined()) {
        const auto like_x = [&](const Tensor& t) {
          return t.defined() && t.size() == shape(x).size() ? t.storage_view(shape(x)) : t;
        };
        x = scale_shift(x, like_x(step.weight), like_x(step.bias), like_x(step.bias_terms), step.roundings);
      }
      break;
    case PlanKind::function:
      x = function(x, step.function);
      break;
    case PlanKind::max_pool:
    case PlanKind::average_pool:
      x = pool(step.kind, x, {step.size, step.stride});
      break;
    case PlanKind::global_average:
      x = global_average(x);
      break;
    case PlanKind::flatten:
      x = flatten(x);
      break;
    case PlanKind::pad:
      x = pad(x, step.pads);
      break;
    case PlanKind::concat:
      return concat(x, residual);
    case PlanKind::gauss:
    case PlanKind::squares:
    case PlanKind::module:
      throw Error("plan: a layer that does not describe itself, or a head, is no step of another graph");
  }
  if (step.residual >= 0) x = add(x, residual);
  return step.relu ? relu(x) : x;
}

PlanGraph PlanBuilder::finish(PlanValue output) && {
  graph_.output = output.number;
  return std::move(graph_);
}

PlanGraph graph_of(Module& module, const Shape& image) {
  PlanBuilder builder(image, module.dtype());
  const PlanValue result = module.plan(builder, builder.input());
  return std::move(builder).finish(result);
}

}  // namespace voronet
