#include <voronet/core/autograd.h>
#include <voronet/core/kernels/elementwise.h>
#include <voronet/core/kernels/pooled_convolution.h>
#include <voronet/core/kernels/pooling.h>
#include <voronet/core/kernels/transpose.h>
#include <voronet/core/parallel.h>
#include <voronet/layers/module.h>
#include <voronet/layers/plan/run_step.h>

#include <algorithm>
#include <variant>

namespace voronet::plan {

struct PackedWeights {
  using Weight = std::variant<std::monostate, kernels::PackedConv2d<float>, kernels::PackedConv2d<double>,
                              kernels::PooledConv2d<float>, kernels::PooledConv2d<double>,
                              kernels::PackedLinear<float>, kernels::PackedLinear<double>>;
  std::vector<Weight> of_value;  // of the step that writes each value
};

namespace {

using kernels::elements_a_piece;

template <class T>
const T* elements(const Tensor& tensor) {
  return tensor.defined() ? tensor.data<T>() : nullptr;
}

template <class T>
kernels::Epilogue<T> epilogue_of(const PlanStep& step, const StepData<T>& data) {
  return {elements<T>(step.bias), data.residual, step.relu};
}

template <class T>
void run_packed(const PackedWeights& packed, const PlanStep& step, const StepData<T>& data) {
  const PackedWeights::Weight& weight = packed.of_value[step.output];
  const kernels::Epilogue<T> epilogue = epilogue_of(step, data);
  if (step.kind == PlanKind::linear)
    std::get<kernels::PackedLinear<T>>(weight)(data.n, data.x, epilogue, data.y);
  else if (step.size > 1)
    std::get<kernels::PooledConv2d<T>>(weight)(data.n, data.x, epilogue, data.y, nullptr);
  else
    std::get<kernels::PackedConv2d<T>>(weight)(data.n, data.x, epilogue, data.y);
}

template <class T>
void run_elementwise(const Shape& shape, const PlanStep& step, const StepData<T>& data) {
  const Index channels = step.numbers(shape), rows = data.n * shape.size() / channels;
  const T* scale = elements<T>(step.weight);
  const kernels::Epilogue<T> epilogue = epilogue_of(step, data);
  parallel_for(rows, 1 + elements_a_piece / channels, [&](Index begin, Index end) {
    for (Index first = begin * channels; first < end * channels; first += channels)
      for (Index c = 0; c < channels; ++c) {
        T value = data.x[first + c];
        if (scale) value *= scale[c];
        data.y[first + c] = epilogue(value, c, first + c);
      }
  });
}

kernels::Pool2dSizes pool_sizes(const Shape& in, const PlanStep& step, Index n) {
  return {.n = n, .h = in[0], .w = in[1], .c = in[2], .size = step.size, .stride = step.stride};
}

template <class T>
void run_global_average(const Shape& in, const StepData<T>& data) {
  const Index pixels = in[0] * in[1], c = in[2];
  parallel_for(data.n, 1 + elements_a_piece / in.size(), [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n) {
      T* mean = data.y + n * c;
      std::fill_n(mean, c, T(0));
      for (const T* pixel = data.x + n * in.size(); pixel < data.x + (n + 1) * in.size(); pixel += c)
        for (Index i = 0; i < c; ++i) mean[i] += pixel[i];
      for (Index i = 0; i < c; ++i) mean[i] /= static_cast<T>(pixels);
    }
  });
}

template <class T>
void run_function(const Shape& shape, const PlanStep& step, const StepData<T>& data) {
  kernels::map(data.n * shape.size(), data.x, data.y, [&](T x) { return evaluate(step.function, x); });
}

template <class T>
void run_pad(const Shape& in, const Shape& out, const PlanStep& step, const StepData<T>& data) {
  const Pads& pads = step.pads;
  const auto outside = [](Index i, Index size) { return i < 0 || i >= size; };
  parallel_for(data.n * out[0], 1 + elements_a_piece / (out[1] * out[2]), [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row)
      for (Index column = 0; column < out[1]; ++column) {
        const Index y = row % out[0] - pads.top, x = column - pads.left;
        T* to = data.y + (row * out[1] + column) * out[2];
        if (!pads.nearest && (outside(y, in[0]) || outside(x, in[1])))
          std::fill_n(to, in[2], T(0));
        else
          std::copy_n(data.x + ((row / out[0] * in[0] + std::clamp<Index>(y, 0, in[0] - 1)) * in[1] +
                                std::clamp<Index>(x, 0, in[1] - 1)) *
                                   in[2],
                      in[2], to);
      }
  });
}

template <class T>
void run_concat(const Shape& first, const Shape& out, const StepData<T>& data) {
  const Index a = first[-1], b = out[-1] - a, pixels = data.n * out.size() / out[-1];
  parallel_for(pixels, 1 + elements_a_piece / (a + b), [&](Index begin, Index end) {
    for (Index pixel = begin; pixel < end; ++pixel) {
      T* to = data.y + pixel * (a + b);
      std::copy_n(data.x + pixel * a, a, to);
      std::copy_n(data.residual + pixel * b, b, to + a);
    }
  });
}

template <class T>
void run_gauss(const PlanStep& step, const StepData<T>& data) {
  const Index features = step.weight.dim(0), classes = step.weight.dim(1);
  const T *centroids = step.weight.data<T>(), *gamma = step.bias.data<T>();
  parallel_for(data.n, 1 + elements_a_piece / (features * classes), [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n) {
      T* logits = data.y + n * classes;
      std::fill_n(logits, classes, T(0));
      for (Index j = 0; j < features; ++j)
        for (Index k = 0; k < classes; ++k) {
          const T difference = data.x[n * features + j] - centroids[j * classes + k];
          logits[k] += difference * difference;
        }
      for (Index k = 0; k < classes; ++k) logits[k] *= -gamma[k];
    }
  });
}

template <class T>
void run_squares(const Shape& in, const PlanStep& step, const StepData<T>& data) {
  const Index classes = step.bias.size();
  const T* gamma = step.bias.data<T>();
  parallel_for(data.n, 1 + elements_a_piece / in.size(), [&](Index begin, Index end) {
    for (Index n = begin; n < end; ++n) {
      T* logits = data.y + n * classes;
      std::fill_n(logits, classes, T(0));
      for (const T* row = data.x + n * in.size(); row < data.x + (n + 1) * in.size(); row += classes)
        for (Index k = 0; k < classes; ++k) logits[k] += row[k] * row[k];
      for (Index k = 0; k < classes; ++k) logits[k] *= -gamma[k];
    }
  });
}

template <class T>
void run_module(const PlanGraph& graph, const PlanStep& step, const StepData<T>& data) {
  const NoGrad scope;
  const Evaluating mode(*step.module);
  const Tensor x(batch_shape(data.n, graph.shape(step.input)), graph.dtype);
  std::copy_n(data.x, x.size(), x.mutable_data<T>());
  const Tensor y = (*step.module)(x);
  const Shape expected = batch_shape(data.n, graph.shape(step.output));
  require(y.shape() == expected, "plan: a layer's output is ", y.shape(), ", after ", expected,
          " when the plan was made");
  std::copy_n(y.data<T>(), y.size(), data.y);
}

}  // namespace

std::shared_ptr<const PackedWeights> pack_weights(const PlanGraph& graph, Index images) {
  const auto packed = std::make_shared<PackedWeights>();
  packed->of_value.resize(graph.shapes.size());
  visit(graph.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (const PlanStep& step : graph.steps) {
      const Shape& in = graph.shape(step.input);
      PackedWeights::Weight& weight = packed->of_value[step.output];
      if (step.kind == PlanKind::convolution && step.size > 1)
        weight.emplace<kernels::PooledConv2d<T>>(conv_sizes(in, step, images), step.size,
                                                 step.weight.data<T>());
      else if (step.kind == PlanKind::convolution)
        weight.emplace<kernels::PackedConv2d<T>>(conv_sizes(in, step, images), step.weight.data<T>());
      else if (step.kind == PlanKind::linear)
        weight.emplace<kernels::PackedLinear<T>>(step.weight.dim(1), step.weight.dim(0),
                                                 step.weight.data<T>());
    }
  });
  return packed;
}

template <class T>
void run_step(const PlanGraph& graph, const PackedWeights* packed, const PlanStep& step,
              const StepData<T>& data) {
  const Shape &in = graph.shape(step.input), &out = graph.shape(step.output);
  switch (step.kind) {
    case PlanKind::convolution:
    case PlanKind::linear:
      return run_packed(*packed, step, data);
    case PlanKind::elementwise:
      return run_elementwise(out, step, data);
    case PlanKind::function:
      return run_function(out, step, data);
    case PlanKind::pad:
      return run_pad(in, out, step, data);
    case PlanKind::concat:
      return run_concat(in, out, data);
    case PlanKind::max_pool:
      return kernels::max_pool2d(pool_sizes(in, step, data.n), data.x, data.y, nullptr);
    case PlanKind::average_pool:
      return kernels::avg_pool2d(pool_sizes(in, step, data.n), data.x, data.y);
    case PlanKind::global_average:
      return run_global_average(in, data);
    case PlanKind::flatten:
      return kernels::transpose(Shape{data.n, in[0] * in[1], in[2]}, {0, 2, 1}, data.x, data.y);
    case PlanKind::gauss:
      return run_gauss(step, data);
    case PlanKind::squares:
      return run_squares(in, step, data);
    case PlanKind::module:
      return run_module(graph, step, data);
  }
}

template void run_step(const PlanGraph&, const PackedWeights*, const PlanStep&, const StepData<float>&);
template void run_step(const PlanGraph&, const PackedWeights*, const PlanStep&, const StepData<double>&);

}  // namespace voronet::plan
