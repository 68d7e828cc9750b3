#include <voronet/layers/plan/bound_plan.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/form_sums.h>
#include <voronet/layers/plan/form_vector.h>
#include <voronet/layers/plan/fusion.h>
#include <voronet/layers/plan/links.h>
#include <voronet/layers/plan/map_forms.h>
#include <voronet/layers/plan/winograd_rounding.h>

#include <algorithm>
#include <string>

namespace voronet {

using namespace plan;

namespace {

// How much of float's rounding the doubles of a sum add, far more than they do: 2^-53 instead of 2^-24.
constexpr double of_doubles = 0x1p-26;
// So that no sum or quotient in the making of a layer's numbers leaves the floats.
constexpr double largest_parameter = 0x1p110;

std::string name_of(Module& network, const Module* layer) {
  for (const auto& [name, module] : network.state().modules)
    if (module == layer) return name.empty() ? "the network itself" : "layer " + name;
  return "a layer";
}

}  // namespace

BoundPlan::BoundPlan(Module& network, const Shape& image, Head::Confidence confidence) {
  require(image.rank() == 3, "bounds: of images h x w x c, not ", image);
  for (const State& state = network.state(); const auto& entries : {state.parameters, state.buffers})
    for (const State::Entry& entry : entries)
      for (const double value : entry.tensor->to_vector())
        require(std::abs(value) < largest_parameter, "bounds: ", entry.name, " holds ", value,
                ", and proofs know of floats below ", largest_parameter, " alone");
  const PlanGraph graph = graph_of(network, image);
  for (const PlanStep& step : graph.steps)
    require(step.kind != PlanKind::module, "bounds: ", name_of(network, step.module),
            " is of a kind that proofs know nothing of (they know convolution, linear, ReLU, sigmoid, tanh, "
            "pooling, batch-norm, sums)");
  RoundedGraph folded = folded_with_roundings(graph);
  graph_ = std::move(folded.graph);
  roundings_ = std::move(folded.roundings);

  const Index head = LogitBounds::steps_of(graph_), rest = std::ssize(graph_.steps) - head;
  head_.emplace(std::span(graph_.steps).last(head), std::span(roundings_).last(head), confidence);
  graph_.output = graph_.steps[rest].input;
  graph_.steps.resize(rest);
  roundings_.resize(rest);

  for (const Shape& shape : graph_.shapes) maps_.push_back(map_size(shape));
  weights_.resize(maps_.size());
  for (const PlanStep& step : graph_.steps) {
    require(step.kind != PlanKind::gauss, "bounds: a Gauss layer that is not the network's last");
    require(step.kind != PlanKind::squares, "bounds: sums of squares that are not the network's last layer");
    if (is_sum(step.kind)) weights_[step.output] = weights_of(step, maps_[step.input], SideBySide::readers);
  }
}

// Adds to y, which holds what the step makes of `base` (without base: of nothing, its biases), what the
// change from there to x adds, pixel by pixel. Noise goes through the absolute weights, together with the
// sums' rounding. The base's own rounding is taken back, but not that of the doubles in which it was added
// up.
void BoundPlan::add_affine(const PlanStep& step, double rounding, const AffineForms& x,
                           const AffineForms* base, const Windows& changed, AffineForms& y) const {
  const MapSize& in = maps_[step.input];
  FormChanges changes(in.c, x.planes());
  for_each_row(in, changed, [&](Index first, Index last) {
    for (Index pixel = first; pixel < last; pixel += in.c) {
      for_each_vector(0, in.c, [&]<class V>(V, Index channel) {
        const FormVector<V> form(x, pixel + channel);
        for (Index p = 1; p < x.planes() - 1; ++p) kernels::store(form.plane(p), changes.plane(p) + channel);
        V centre = form.centre(), noise = form.rounding() + rounding * form.magnitude();
        if (base != nullptr) {
          const FormVector<V> before(*base, pixel + channel);
          centre -= before.centre();
          noise -= before.rounding() + rounding * before.magnitude();
          noise += of_doubles * rounding * (form.magnitude() + before.magnitude());
        }
        kernels::store(centre, changes.plane(0) + channel);
        kernels::store(noise, changes.plane(x.planes() - 1) + channel);
      });
      changes.find_channels();
      if (!changes.channels().empty()) add_pixel(step, pixel / in.c, changes, y);
    }
  });
}

// Adds to y what these changes of an input pixel's channels add.
void BoundPlan::add_pixel(const PlanStep& step, Index pixel, const FormChanges& changes,
                          AffineForms& y) const {
  const MapSize &in = maps_[step.input], &out = maps_[step.output];
  const std::vector<double>& weights = weights_[step.output];
  const Index row = pixel / in.w, column = pixel % in.w;
  const auto add_each = [&](const auto& to) {
    for (const Index channel : changes.channels())
      changes.add_one(channel, weights[(pixel * in.c + channel) % std::ssize(weights)], y, to(channel));
  };
  if (step.kind == PlanKind::flatten)
    return add_each([&](Index channel) { return channel * in.h * in.w + pixel; });
  for_each_reader(
      step, in, out, row, column,
      [&](Index at_row, Index at_column, Index tap) {
        changes.add_to(y, (at_row * out.w + at_column) * out.c, out.c, weights.data() + tap * in.c * out.c);
      },
      [&](Index at_row, Index at_column) {
        add_each([&](Index channel) { return (at_row * out.w + at_column) * out.c + channel; });
      });
}

// Where a step's output can change with its inputs.
Windows BoundPlan::outputs(std::size_t number, const Windows& changed) const {
  const PlanStep& step = graph_.steps[number];
  const MapSize& out = maps_[step.output];
  const auto reached = [&](Index height, Index width) -> Windows {
    return {cut(outputs_of(changed.rows, {height, step.stride, step.padding}), out.h),
            cut(outputs_of(changed.columns, {width, step.stride, step.padding}), out.w)};
  };
  switch (step.kind) {
    case PlanKind::convolution: {
      Windows windows = reached(step.weight.dim(2), step.weight.dim(3));
      // Winograd's tiles carry rounding, if not values, to all of their outputs.
      if (!roundings_[number].winograd.empty())
        for (auto [spans, size] : {std::pair(&windows.rows, out.h), std::pair(&windows.columns, out.w)}) {
          spans->begins.front() -= tile_reach;
          spans->length += 2 * tile_reach;
          *spans = cut(*spans, size);
        }
      return windows;
    }
    case PlanKind::max_pool:
    case PlanKind::average_pool:
      return reached(step.size, step.size);
    case PlanKind::elementwise:
    case PlanKind::function:
    case PlanKind::concat:
      return changed;
    case PlanKind::linear:
    case PlanKind::global_average:
    case PlanKind::flatten:
    case PlanKind::pad:
    case PlanKind::gauss:
    case PlanKind::squares:
    case PlanKind::module:
      break;
  }
  return whole_map(out, 1);
}

// Adds the residual to the step's sums and what rounding the largest input decides, and takes ReLU. `before`
// becomes what the values can be before that.
void BoundPlan::finish(std::size_t number, std::vector<AffineForms>& values, double largest,
                       const Windows& changed, Kink* kink, std::vector<Unbent>& before) const {
  const PlanStep& step = graph_.steps[number];
  const StepRounding& rounding = roundings_[number];
  AffineForms& y = values[step.output];
  if (!rounding.winograd.empty())
    for_each_winograd_rounding(
        step, rounding, maps_[step.input], maps_[step.output], changed,
        [&](Index e) { return values[step.input].magnitude(e); },
        [&](Index e, double winograd) { y.rounding(e) += winograd; });
  const double underflow = rounding.underflow(largest);
  for_each_row(maps_[step.output], changed, [&](Index first, Index last) {
    for (Index e = first; e < last && step.residual >= 0; ++e) {
      const AffineForms& residual = values[step.residual];
      for (Index p = 0; p < y.planes(); ++p) y.plane(p)[e] += residual.plane(p)[e];
      y.rounding(e) += rounding.sum * residual.magnitude(e);
    }
    for (Index e = first; e < last; ++e) y.rounding(e) += underflow;
  });
  see_unbent(maps_[step.output], y, changed, before);
  if (step.relu)
    for_each_row(maps_[step.output], changed, [&](Index first, Index last) { relu(y, first, last, kink); });
}

// Of what the step reads.
double BoundPlan::largest_read(const PlanStep& step, const std::vector<double>& largest_of) const {
  const double input = largest_of[step.input];
  return step.residual < 0 ? input : larger(input, largest_of[step.residual]);
}

BoundPlan::Base BoundPlan::base(std::span<const double> image) const {
  require(std::ssize(image) == maps_[0].size(), "bounds: an image of ", image.size(),
          " values, the network's ", "have ", maps_[0].size());
  Base base;
  for (const MapSize& map : maps_) base.values.emplace_back(map.size(), 0);
  for (Index e = 0; e < maps_[0].size(); ++e) {
    base.values[0].centre(e) = image[e];
    base.values[0].rounding(e) = read_rounding * std::abs(image[e]);
  }
  base.sums = base.values;
  base.largest.assign(maps_.size(), 0.0);
  base.largest[0] = largest(maps_[0], base.values[0], whole_map(maps_[0], 1));
  for (const MapSize& map : maps_) base.before.emplace_back(map.size());
  see_unbent(maps_[0], base.values[0], whole_map(maps_[0], 1), base.before[0]);
  for (std::size_t i = 0; i < graph_.steps.size(); ++i) {
    const PlanStep& step = graph_.steps[i];
    const MapSize &in = maps_[step.input], &out = maps_[step.output];
    AffineForms& y = base.values[step.output];
    if (!is_sum(step.kind)) {
      bend(step, maps_, base.values, whole_map(out, 1), nullptr);
      see_unbent(out, base.values[step.kind == PlanKind::function ? step.input : step.output],
                 whole_map(out, 1), base.before[step.output]);
    } else {
      for (Index e = 0; step.bias.defined() && e < out.size(); ++e) {
        y.centre(e) = step.bias.at(e % step.bias.size());
        y.rounding(e) = roundings_[i].offset[e % step.bias.size()];
      }
      add_affine(step, roundings_[i].sum, base.values[step.input], nullptr, whole_map(in, 1), y);
      base.sums[step.output] = y;
      finish(i, base.values, largest_read(step, base.largest), whole_map(out, 1), nullptr,
             base.before[step.output]);
    }
    base.largest[step.output] = largest(out, y, whole_map(out, 1));
  }
  return base;
}

}  // namespace voronet
