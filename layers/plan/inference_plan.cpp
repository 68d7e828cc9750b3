#include <voronet/core/kernels/buffer.h>
#include <voronet/core/parallel.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/fusion.h>
#include <voronet/layers/plan/inference_plan.h>
#include <voronet/layers/plan/run_step.h>

#include <algorithm>
#include <atomic>

namespace voronet {

using namespace plan;

namespace {

Index divide_up(Index a, Index b) { return (a + b - 1) / b; }

bool runs_in_chunks(const PlanGraph& graph) {
  Index elements = 0;
  for (const PlanStep& step : graph.steps) {
    if (step.kind == PlanKind::module) return false;
    for (const Tensor* tensor : {&step.weight, &step.bias})
      elements += tensor->defined() ? tensor->size() : 0;
  }
  return elements * static_cast<Index>(size_of(graph.dtype)) <= InferencePlan::cache_bytes;
}

}  // namespace

InferencePlan::InferencePlan(Module& module, const Shape& image, Index max_batch)
    : graph_(graph_of(module, image)), max_batch_(max_batch), images_a_chunk_(max_batch) {
  require(max_batch >= 1, "plan: a batch of at most ", max_batch, " images");
  fuse(graph_);
  buffers_ = place_values(graph_);
  if (runs_in_chunks(graph_)) {
    const Index image_elements =
        graph_.shape(0).size() + buffers_.elements + graph_.shape(graph_.output).size();
    const Index image_bytes = std::max<Index>(image_elements, 1) * static_cast<Index>(size_of(graph_.dtype));
    images_a_chunk_ = std::clamp<Index>(cache_bytes / image_bytes, 1, max_batch);
  }
  packed_ = pack_weights(graph_, images_a_chunk_);
}

Tensor InferencePlan::run(const Tensor& x) const {
  require(x.rank() >= 1 && x.dim(0) >= 1 && x.dim(0) <= max_batch_ && x.dtype() == graph_.dtype &&
              x.shape() == batch_shape(x.dim(0), graph_.shape(0)),
          "plan: input ", x.shape(), " of ", x.dtype(), " is not 1 to ", max_batch_, " times ",
          graph_.shape(0), " of ", graph_.dtype);
  if (graph_.output == 0) return x.detach().clone();
  const Index n = x.dim(0);
  const Tensor y(batch_shape(n, graph_.shape(graph_.output)), graph_.dtype);
  visit(graph_.dtype, [&](auto zero) {
    using T = decltype(zero);
    run_chunks(n, x.data<T>(), y.mutable_data<T>());
  });
  return y;
}

template <class T>
void InferencePlan::run_chunks(Index n, const T* x, T* y) const {
  const Index x_size = graph_.shape(0).size(), y_size = graph_.shape(graph_.output).size();
  const Index chunks = divide_up(n, images_a_chunk_), images = divide_up(n, chunks);
  const auto workers = [](Index of_chunks) { return std::min<Index>(threads(), of_chunks); };
  // Of one size whatever n is, so that the next run finds it among the recycled ones.
  const Index workspace_size = images_a_chunk_ * buffers_.elements;
  const kernels::Buffer<T> workspaces(workers(divide_up(max_batch_, images_a_chunk_)) * workspace_size);
  std::atomic<Index> next = 0;
  parallel_for(workers(chunks), 1, [&](Index worker, Index) {
    for (Index first; (first = images * next++) < n;)
      run_chunk(std::min(images, n - first), x + first * x_size, workspaces.data() + worker * workspace_size,
                y + first * y_size);
  });
}

template <class T>
void InferencePlan::run_chunk(Index n, const T* x, T* workspace, T* y) const {
  const auto place = [&](int value) -> T* {
    return value == graph_.output ? y : workspace + n * buffers_.offsets[static_cast<std::size_t>(value)];
  };
  const auto source = [&](int value) -> const T* { return value == 0 ? x : place(value); };
  for (const PlanStep& step : graph_.steps)
    run_step<T>(
        graph_, packed_.get(), step,
        {n, source(step.input), step.residual < 0 ? nullptr : source(step.residual), place(step.output)});
}

}  // namespace voronet
