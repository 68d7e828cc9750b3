#include <voronet/core/autograd.h>
#include <voronet/core/kernels/convolution.h>
#include <voronet/core/kernels/elementwise.h>
#include <voronet/core/kernels/gemm.h>
#include <voronet/core/kernels/pooling.h>
#include <voronet/core/kernels/transpose.h>
#include <voronet/layers/module.h>
#include <voronet/layers/plan/run_step.h>

#include <algorithm>

namespace voronet {
namespace {

using kernels::elements_a_piece;

template <class T>
const T* elements(const Tensor& tensor) {
  return tensor.defined() ? tensor.data<T>() : nullptr;
}

// y = x * scale + bias + residual, then ReLU, for rows of c channels; null pointers stand for parts that are
// absent. y may be x.
template <class T>
void apply_epilogue(const PlanStep& step, Index rows, Index c, const T* x, const T* scale, const T* residual,
                    T* y) {
  const T* bias = elements<T>(step.bias);
  if (x == y && !scale && !bias && !residual && !step.relu) return;
  parallel_for(rows, 1 + elements_a_piece / c, [&](Index begin, Index end) {
    for (Index first = begin * c; first < end * c; first += c) {
#pragma omp simd
      for (Index i = 0; i < c; ++i) {
        T value = x[first + i];
        if (scale) value *= scale[i];
        if (bias) value += bias[i];
        if (residual) value += residual[first + i];
        if (step.relu) value = value < 0 ? T(0) : value;  // NaN stays NaN
        y[first + i] = value;
      }
    }
  });
}

template <class T>
void run_convolution(const Shape& in, const PlanStep& step, const StepData<T>& data) {
  const kernels::Conv2dSizes sizes{.n = data.n,
                                   .h = in[0],
                                   .w = in[1],
                                   .c = in[2],
                                   .o = step.weight.dim(0),
                                   .kh = step.weight.dim(2),
                                   .kw = step.weight.dim(3),
                                   .stride = step.stride,
                                   .padding = step.padding};
  kernels::conv2d(sizes, data.x, step.weight.data<T>(), data.y);
  apply_epilogue<T>(step, data.n * sizes.out_h() * sizes.out_w(), sizes.o, data.y, nullptr, data.residual,
                    data.y);
}

template <class T>
void run_linear(const PlanStep& step, const StepData<T>& data) {
  const Index out = step.weight.dim(0), in = step.weight.dim(1);
  kernels::gemm<T>(data.n, out, in, 1, {data.x, in}, {step.weight.data<T>(), in, true}, 0, data.y, out);
  apply_epilogue<T>(step, data.n, out, data.y, nullptr, data.residual, data.y);
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

template <class T>
void run_step(const PlanGraph& graph, const PlanStep& step, const StepData<T>& data) {
  const Shape &in = graph.shape(step.input), &out = graph.shape(step.output);
  switch (step.kind) {
    case PlanKind::convolution:
      return run_convolution(in, step, data);
    case PlanKind::linear:
      return run_linear(step, data);
    case PlanKind::elementwise:
      return apply_epilogue(step, data.n * out.size() / out[-1], out[-1], data.x, elements<T>(step.weight),
                            data.residual, data.y);
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
    case PlanKind::module:
      return run_module(graph, step, data);
  }
}

template void run_step(const PlanGraph&, const PlanStep&, const StepData<float>&);
template void run_step(const PlanGraph&, const PlanStep&, const StepData<double>&);

}  // namespace voronet
