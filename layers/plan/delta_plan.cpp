#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/delta_plan.h>
#include <voronet/layers/plan/fusion.h>
#include <voronet/layers/plan/run_step.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace voronet {

using namespace plan;

namespace {

Reach reach_of(const PlanStep& step, Index kernel) { return {kernel, step.stride, step.padding}; }

// The kinds whose outputs depend on windows at the multiples of a stride.
bool strides(PlanKind kind) { return kind == PlanKind::convolution || kind == PlanKind::max_pool; }

// The kinds that end a network of centroids.
bool gives_distances(PlanKind kind) { return kind == PlanKind::gauss || kind == PlanKind::squares; }

// The largest of some values after ReLU is ReLU of the largest: a max-pool goes before the ReLU of the step
// whose output it alone reads, as it leaves fewer values to do.
void pool_before_relu(PlanGraph& graph) {
  for (PlanStep& pool : graph.steps) {
    const int writer = graph.writer(pool.input);
    if (pool.kind != PlanKind::max_pool || writer < 0 || graph.readers(pool.input) != 1) continue;
    pool.relu = std::exchange(graph.steps[writer].relu, false);
  }
}

// Of a map that Winograd's algorithm may take: the length from which tiles over the whole map cost hardly
// more.
constexpr Index mostly_whole(Index size) { return divide_up(3 * size, 4); }

template <class T>
const T* elements(const Tensor& tensor) {
  return tensor.defined() ? tensor.data<T>() : nullptr;
}

void require_within(const Shape& image, const Windows& windows) {
  const auto& [rows, columns] = windows;
  require(rows.begins.size() == columns.begins.size(), "delta plan: windows of ", rows.begins.size(),
          " rows' and ", columns.begins.size(), " columns' places");
  const auto within = [](const Spans& spans, std::size_t i, Index size) {
    return spans.length >= 0 && spans.begins[i] >= 0 && spans.begins[i] <= size - spans.length;
  };
  for (std::size_t i = 0; i < rows.begins.size(); ++i)
    require(within(rows, i, image[0]) && within(columns, i, image[1]), "delta plan: a window of ",
            rows.length, " x ", columns.length, " pixels at (", rows.begins[i], ", ", columns.begins[i],
            "), of an image ", image);
}

}  // namespace

template <class T>
DeltaPlan<T>::DeltaPlan(Module& module, const Shape& image) : graph_(graph_of(module, image)) {
  require(image.rank() == 3 && graph_.dtype == dtype_of<T>, "delta plan: a network of ", graph_.dtype,
          " for images ", image, " (h x w x c)");
  fuse(graph_, Pooling::apart);
  pool_before_relu(graph_);
  for (const Shape& shape : graph_.shapes) maps_.push_back(map_size(shape));
  for (const MapSize& map : maps_) {
    row_framings_.push_back({map.h, 1, map.h});
    column_framings_.push_back({map.w, 1, map.w});
  }
  last_uses_ = graph_.last_uses();
  convolutions_.resize(maps_.size());
  linears_.resize(maps_.size());
  for (const PlanStep& step : graph_.steps) {
    Framing &rows = row_framings_[step.input], &columns = column_framings_[step.input];
    if (step.kind == PlanKind::convolution) {
      auto& convolution = convolutions_[step.output];
      convolution.emplace(conv_sizes(graph_.shape(step.input), step, 1), step.weight.template data<T>());
      if (convolution->has_tiles()) {
        rows.whole_from = mostly_whole(rows.size);
        columns.whole_from = mostly_whole(columns.size);
      }
    }
    if (step.kind == PlanKind::linear)
      linears_[step.output].emplace(step.weight.dim(1), step.weight.dim(0), step.weight.template data<T>());
    if (strides(step.kind)) rows.alignment = columns.alignment = std::lcm(rows.alignment, step.stride);
  }
}

// A step's output for the base image, before ReLU.
template <class T>
std::vector<T> DeltaPlan<T>::sum(const PlanStep& step, const Base& base) const {
  const MapSize &in = maps_[step.input], &out = maps_[step.output];
  std::vector<T> y(out.size());
  const T* x = base.values[step.input].data();
  const T* residual = step.residual < 0 ? nullptr : base.values[step.residual].data();
  const kernels::Epilogue<T> epilogue{.bias = elements<T>(step.bias), .residual = residual};
  if (step.kind == PlanKind::convolution) {
    (*convolutions_[step.output])(window_sizes(step, whole_map(in, 1), whole_map(out, 1)), x, y.data());
    for (Index e = 0; e < out.size(); ++e) y[e] = epilogue(y[e], e % out.c, e);
    return y;
  }
  if (step.kind == PlanKind::linear) {
    (*linears_[step.output])(1, x, epilogue, y.data());
    return y;
  }
  PlanStep without_relu = step;
  without_relu.relu = false;
  run_step<T>(graph_, nullptr, without_relu, {1, x, residual, y.data()});
  return y;
}

template <class T>
typename DeltaPlan<T>::Base DeltaPlan<T>::base(const T* image) const {
  Base base;
  base.values.resize(maps_.size());
  base.sums.resize(maps_.size());
  base.values[0].assign(image, image + maps_[0].size());
  for (const PlanStep& step : graph_.steps) {
    std::vector<T>& y = base.values[step.output];
    y = sum(step, base);
    if (!step.relu) continue;
    base.sums[step.output] = y;
    for (T& value : y) value = value < 0 ? T(0) : value;
  }
  return base;
}

template <class T>
Windows DeltaPlan<T>::frame(int value, const Windows& windows) const {
  return {framed(windows.rows, row_framings_[value]), framed(windows.columns, column_framings_[value])};
}

template <class T>
kernels::PatchSizes DeltaPlan<T>::window_sizes(const PlanStep& step, const Windows& in,
                                               const Windows& out) const {
  const auto before = [&](const Spans& input, const Spans& output) {
    return input.begins.front() + step.padding - output.begins.front() * step.stride;
  };
  return {.n = in.count(),
          .h = in.rows.length,
          .w = in.columns.length,
          .top = before(in.rows, out.rows),
          .left = before(in.columns, out.columns),
          .out_h = out.rows.length,
          .out_w = out.columns.length};
}

template <class T>
Delta<T> DeltaPlan<T>::convolve(const PlanStep& step, const Delta<T>& x) const {
  const MapSize &in = maps_[step.input], &out = maps_[step.output];
  const kernels::PatchConv2d<T>& convolution = *convolutions_[step.output];
  // Tiles want zeros on all sides, even where that computes pixels outside the map; without them, only what
  // lies on the map is computed.
  Windows windows{outputs_of(x.at.rows, reach_of(step, step.weight.dim(2))),
                  outputs_of(x.at.columns, reach_of(step, step.weight.dim(3)))};
  if (x.at.rows.whole(in.h)) windows.rows = cut(windows.rows, out.h);
  if (x.at.columns.whole(in.w)) windows.columns = cut(windows.columns, out.w);
  if (!convolution.takes_tiles(window_sizes(step, x.at, windows)))
    windows = {cut(windows.rows, out.h), cut(windows.columns, out.w)};
  Delta<T> y(windows, out.c);
  convolution(window_sizes(step, x.at, windows), x.values.data(), y.values.data());
  return y;
}

template <class T>
Delta<T> DeltaPlan<T>::multiply(const PlanStep& step, const Delta<T>& x) const {
  const MapSize& in = maps_[step.input];
  if (!x.at.rows.together() || !x.at.columns.together())
    return multiply(step, x.gather(in, whole_map(in, x.at.count())));
  Delta<T> y(whole_map(maps_[step.output], x.at.count()), maps_[step.output].c);
  const Index first = x.at.rows.begins.front() * in.w + x.at.columns.begins.front();
  linears_[step.output]->run({.first = first * in.c,
                              .runs = x.at.rows.length,
                              .run = x.at.columns.length * in.c,
                              .next = in.w * in.c},
                             x.at.count(), x.values.data(), {}, y.values.data());
  return y;
}

// A step's output on whole maps, not its difference.
template <class T>
kernels::Buffer<T> DeltaPlan<T>::run_whole(const PlanStep& step, const Base& base, const Delta<T>& x) const {
  const MapSize &in = maps_[step.input], &out = maps_[step.output];
  const Index n = x.at.count();
  const Delta<T> whole = x.gather(in, whole_map(in, n));
  const T* before = base.values[step.input].data();
  for (Index i = 0; i < n; ++i)
    for (Index e = 0; e < in.size(); ++e) whole.values.data()[i * in.size() + e] += before[e];
  const kernels::Buffer<T> y(n * out.size());
  run_step<T>(graph_, nullptr, step, {n, whole.values.data(), nullptr, y.data()});
  return y;
}

// A step's output before its residual and ReLU.
template <class T>
Delta<T> DeltaPlan<T>::raw(const PlanStep& step, const Base& base, const Delta<T>& x) const {
  const MapSize &in = maps_[step.input], &out = maps_[step.output];
  switch (step.kind) {
    case PlanKind::convolution:
      return convolve(step, x);
    case PlanKind::linear:
      return multiply(step, x);
    case PlanKind::max_pool: {
      const Reach reach = reach_of(step, step.size);
      return x.max_pool(in, out, step.size, step.stride, base.values[step.input].data(),
                        base.before_relu(step).data(),
                        frame(step.output, {outputs_of(x.at.rows, reach), outputs_of(x.at.columns, reach)}));
    }
    case PlanKind::global_average:
      return x.global_average(in);
    case PlanKind::elementwise: {
      Delta<T> y = x.gather(in, x.at);
      if (step.weight.defined()) y.scale(in, step.weight.template values<T>());
      return y;
    }
    case PlanKind::function: {
      Delta<T> y = x.gather(in, x.at);
      y.apply(in, step.function, base.values[step.input].data());
      return y;
    }
    case PlanKind::pad:
      return x.pad(in, out, step.pads);
    case PlanKind::average_pool:
    case PlanKind::flatten:
    case PlanKind::concat:  // see run
    case PlanKind::gauss:
    case PlanKind::squares:
    case PlanKind::module:
      break;
  }
  Delta<T> y(whole_map(out, x.at.count()), out.c);
  const kernels::Buffer<T> results = run_whole(step, base, x);
  const T* before = base.values[step.output].data();
  for (Index i = 0; i < x.at.count(); ++i)
    for (Index e = i * out.size(); e < (i + 1) * out.size(); ++e)
      y.values.data()[e] = results.data()[e] - before[e - i * out.size()];
  return y;
}

template <class T>
void DeltaPlan<T>::run(const Base& base, const Windows& windows, const T* differences, T* y) const {
  require_within(graph_.shape(0), windows);
  const Index n = windows.count();
  if (n == 0) return;
  std::vector<std::optional<Delta<T>>> deltas(maps_.size());
  Delta<T> input(windows, maps_[0].c);
  std::copy_n(differences, n * windows.area() * maps_[0].c, input.values.data());
  deltas[0] = input.gather(maps_[0], frame(0, windows));
  for (std::size_t i = 0; i < graph_.steps.size(); ++i) {
    const PlanStep& step = graph_.steps[i];
    const MapSize& out = maps_[step.output];
    if (step.output == graph_.output && gives_distances(step.kind)) {
      std::copy_n(run_whole(step, base, *deltas[step.input]).data(), n * out.size(), y);
      return;
    }
    const Delta<T>& x = *deltas[step.input];
    const Delta<T>* residual = step.residual < 0 ? nullptr : &*deltas[step.residual];
    const auto with_residual = [&](const Windows& at) -> Windows {
      if (residual == nullptr) return at;
      return {hull(at.rows, residual->at.rows), hull(at.columns, residual->at.columns)};
    };
    const bool joins = step.kind == PlanKind::concat;
    Delta<T> result = joins
                          ? x.concat(maps_[step.input], *residual, maps_[step.residual], with_residual(x.at))
                          : raw(step, base, x);
    const Windows held = frame(step.output, with_residual(result.at));
    if (!(held == result.at)) result = result.gather(out, held);
    if (residual != nullptr && !joins) result.add(out, *residual);
    result.finish(out, step.relu ? base.before_relu(step).data() : nullptr);
    deltas[step.output] = std::move(result);
    for (const int read : {step.input, step.residual})
      if (read >= 0 && read != graph_.output && last_uses_[read] == i) deltas[read].reset();
  }
  const MapSize& out = maps_[graph_.output];
  const Delta<T> result = deltas[graph_.output]->gather(out, whole_map(out, n));
  const T* before = base.values[graph_.output].data();
  for (Index i = 0; i < n; ++i)
    for (Index e = 0; e < out.size(); ++e)
      y[i * out.size() + e] = before[e] + result.values.data()[i * out.size() + e];
}

template class DeltaPlan<float>;
template class DeltaPlan<double>;

}  // namespace voronet
