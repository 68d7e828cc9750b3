#include <voronet/layers/plan/bound_plan.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/fusion.h>

#include <algorithm>
#include <array>
#include <string>

namespace voronet {

using namespace plan;

namespace {

Windows window(Index top, Index left, Index height, Index width) {
  return {{height, {top}}, {width, {left}}};
}

Windows whole(const MapSize& map) { return whole_map(map, 1); }

// How much of float's rounding the doubles of a sum add, far more than they do: 2^-53 instead of 2^-24.
constexpr double of_doubles = 0x1p-26;
// So that no sum or quotient in the making of a layer's numbers leaves the floats.
constexpr double largest_parameter = 0x1p110;
// Of a byte / 255, or byte times 1 / 255.
const double read_rounding = sum_rounding(2);
// How many outputs away from one that a value reaches another can lie in a tile of Winograd's algorithm.
constexpr Index tile_reach = 3;

// Calls use(first, last) for the elements of each of the window's rows.
template <class Use>
void for_each_row(const MapSize& map, const Windows& at, const Use& use) {
  const Index left = at.columns.begins.front(), top = at.rows.begins.front();
  for (Index row = top; row < top + at.rows.length; ++row)
    use((row * map.w + left) * map.c, (row * map.w + left + at.columns.length) * map.c);
}

// A kind that is not listed as known has no bounds: nothing here may take one for another.
void require_known(const PlanStep& step) {
  switch (step.kind) {
    case PlanKind::convolution:
    case PlanKind::linear:
    case PlanKind::average_pool:
    case PlanKind::global_average:
    case PlanKind::elementwise:
    case PlanKind::max_pool:
    case PlanKind::flatten:
      return;
    case PlanKind::gauss:
      throw Error("bounds: a Gauss layer that is not the network's last");
    case PlanKind::squares:
      throw Error("bounds: sums of squares that are not the network's last layer");
    case PlanKind::module:
      break;
  }
  throw Error("bounds: a layer that proofs know nothing of");
}

// sums += factor * weight, or its absolute values.
void add(double factor, const double* weight, Index n, double* sums) {
  if (factor == 0) return;
  for (Index i = 0; i < n; ++i) sums[i] += factor * weight[i];
}
void add_absolute(double factor, const double* weight, Index n, double* sums) {
  if (factor == 0) return;
  for (Index i = 0; i < n; ++i) sums[i] += factor * std::abs(weight[i]);
}

void max_pool(const PlanStep& step, const MapSize& in, const MapSize& out, const AffineForms& x,
              const Windows& changed, AffineForms& y, Kink* kink) {
  std::vector<Index> of(step.size * step.size);
  for_each_row(out, changed, [&](Index first, Index last) {
    for (Index e = first; e < last; ++e) {
      const Index top = e / out.c / out.w * step.stride, left = e / out.c % out.w * step.stride;
      for (Index k = 0; k < step.size * step.size; ++k)
        of[k] = ((top + k / step.size) * in.w + left + k % step.size) * in.c + e % out.c;
      maximum(x, of, y, e, kink);
    }
  });
}

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
            " is of a kind that proofs know nothing of (they know convolution, linear, ReLU, pooling, "
            "batch-norm, sums)");
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
    require_known(step);
    add_weight(step);
  }
}

// The weights of each input element's readers come side by side: convolution (kh, kw, in, out), linear (in,
// out), else a factor a channel, or one.
void BoundPlan::add_weight(const PlanStep& step) {
  std::vector<double>& weight = weights_[step.output];
  const MapSize& in = maps_[step.input];
  if (step.kind == PlanKind::average_pool)
    weight = {1 / static_cast<double>(step.size * step.size)};
  else if (step.kind == PlanKind::global_average)
    weight = {1 / static_cast<double>(in.h * in.w)};
  else if (!step.weight.defined())
    weight = {1};
  else if (step.kind == PlanKind::elementwise)
    weight = step.weight.to_vector();
  else {
    const Index outputs = step.weight.dim(0), channels = step.weight.dim(1),
                inputs = step.weight.size() / outputs, taps = inputs / channels;
    weight.resize(outputs * inputs);
    for (Index o = 0; o < outputs; ++o)
      for (Index c = 0; c < channels; ++c)
        for (Index tap = 0; tap < taps; ++tap)
          weight[(tap * channels + c) * outputs + o] = step.weight.at((o * channels + c) * taps + tap);
  }
}

// Calls use(first, weights, n) for each run of n outputs, from element `first` on, that read an element of
// the step's input, with their weights.
template <class Use>
void BoundPlan::for_each_reader(const PlanStep& step, Index row, Index column, Index channel,
                                const Use& use) const {
  const MapSize &in = maps_[step.input], &out = maps_[step.output];
  const double* weight = weights_[step.output].data();
  const Index element = (row * in.w + column) * in.c + channel;
  const auto in_each_window = [&](Index height, Index width, const auto& read) {
    for (Index ky = 0; ky < height; ++ky)
      for (Index kx = 0; kx < width; ++kx) {
        const Index y = row + step.padding - ky, x = column + step.padding - kx;
        if (y >= 0 && x >= 0 && y % step.stride == 0 && x % step.stride == 0 && y / step.stride < out.h &&
            x / step.stride < out.w)
          read(y / step.stride * out.w + x / step.stride, ky * width + kx);
      }
  };
  switch (step.kind) {
    case PlanKind::convolution:
      return in_each_window(step.weight.dim(2), step.weight.dim(3), [&](Index pixel, Index tap) {
        use(pixel * out.c, weight + (tap * in.c + channel) * out.c, out.c);
      });
    case PlanKind::average_pool:
      return in_each_window(step.size, step.size,
                            [&](Index pixel, Index) { use(pixel * out.c + channel, weight, 1); });
    case PlanKind::linear:
      return use(0, weight + element * out.c, out.c);
    case PlanKind::global_average:
      return use(channel, weight, 1);
    case PlanKind::flatten:
      return use((channel * in.h + row) * in.w + column, weight, 1);
    case PlanKind::elementwise:
      return use(element, step.weight.defined() ? weight + channel : weight, 1);
    case PlanKind::max_pool:  // no sum
    case PlanKind::gauss:
    case PlanKind::squares:
    case PlanKind::module:
      break;
  }
  throw Error("bounds: a step that is no sum");
}

// Adds to y, which holds what the step makes of `base` (without base: of nothing, its biases), what the
// change from there to x adds. Noise goes through the absolute weights, together with the sums' rounding. The
// base's own rounding is taken back, but not that of the doubles in which it was added up.
void BoundPlan::add_affine(const PlanStep& step, double rounding, const AffineForms& x,
                           const AffineForms* base, const Windows& changed, AffineForms& y) const {
  const MapSize& in = maps_[step.input];
  const Index radius = x.planes() - 2, noise = x.planes() - 1;
  std::vector<double> change(x.planes());
  for_each_row(in, changed, [&](Index first, Index last) {
    for (Index e = first; e < last; ++e) {
      for (Index p = 0; p <= radius; ++p) change[p] = x.plane(p)[e];
      const double magnitude = x.magnitude(e);
      change[noise] = x.rounding(e) + rounding * magnitude;
      if (base != nullptr) {
        const double before = base->magnitude(e);
        change[0] -= base->centre(e);
        change[noise] -= base->rounding(e) + rounding * before;
        change[noise] += of_doubles * rounding * (magnitude + before);
      }
      if (std::all_of(change.begin(), change.end(), [](double c) { return c == 0; })) continue;
      for_each_reader(step, e / in.c / in.w, e / in.c % in.w, e % in.c,
                      [&](Index to, const double* weights, Index n) {
                        for (Index p = 0; p < radius; ++p) add(change[p], weights, n, y.plane(p) + to);
                        add_absolute(change[radius], weights, n, y.plane(radius) + to);
                        add_absolute(change[noise], weights, n, y.plane(noise) + to);
                      });
    }
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
      return changed;
    case PlanKind::linear:
    case PlanKind::global_average:
    case PlanKind::flatten:
    case PlanKind::gauss:
    case PlanKind::squares:
    case PlanKind::module:
      break;
  }
  return whole(out);
}

// Adds the residual to the step's sums and what rounding the largest input decides, and takes ReLU.
void BoundPlan::finish(std::size_t number, std::vector<AffineForms>& values, double largest,
                       const Windows& changed, Kink* kink) const {
  const PlanStep& step = graph_.steps[number];
  const StepRounding& rounding = roundings_[number];
  AffineForms& y = values[step.output];
  const Index channels = maps_[step.output].c;
  const double underflow = rounding.underflow(largest);
  for_each_row(maps_[step.output], changed, [&](Index first, Index last) {
    for (Index e = first; e < last; ++e) {
      if (step.residual >= 0) {
        const AffineForms& residual = values[step.residual];
        for (Index p = 0; p < y.planes(); ++p) y.plane(p)[e] += residual.plane(p)[e];
        y.rounding(e) += rounding.sum * residual.magnitude(e);
      }
      y.rounding(e) += underflow;
      if (!rounding.winograd.empty()) y.rounding(e) += rounding.winograd[e % channels] * largest;
      if (step.relu) relu(y, e, kink);
    }
  });
}

// The largest magnitude within the windows.
double BoundPlan::largest(int value, const AffineForms& forms, const Windows& within) const {
  double most = 0;
  for_each_row(maps_[value], within, [&](Index first, Index last) {
    for (Index e = first; e < last; ++e) most = larger(most, forms.magnitude(e));
  });
  return most;
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
  base.largest[0] = largest(0, base.values[0], whole(maps_[0]));
  for (std::size_t i = 0; i < graph_.steps.size(); ++i) {
    const PlanStep& step = graph_.steps[i];
    const MapSize &in = maps_[step.input], &out = maps_[step.output];
    AffineForms& y = base.values[step.output];
    if (step.kind == PlanKind::max_pool) {
      max_pool(step, in, out, base.values[step.input], whole(out), y, nullptr);
    } else {
      for (Index e = 0; step.bias.defined() && e < out.size(); ++e) {
        y.centre(e) = step.bias.at(e % out.c);
        y.rounding(e) = roundings_[i].offset[e % out.c];
      }
      add_affine(step, roundings_[i].sum, base.values[step.input], nullptr, whole(in), y);
      base.sums[step.output] = y;
      finish(i, base.values, largest_read(step, base.largest), whole(out), nullptr);
    }
    base.largest[step.output] = largest(step.output, y, whole(out));
  }
  return base;
}

PixelBounds::PixelBounds(const BoundPlan& plan, const BoundPlan::Base& base) : plan_(plan), base_(base) {
  const Index directions = plan.image_shape()[2];
  for (std::size_t value = 0; value < plan.maps_.size(); ++value) {
    const MapSize& map = plan.maps_[value];
    values_.emplace_back(map.size(), directions);
    restore(map, base.values[value], whole(map), values_.back());
    changed_.push_back(window(0, 0, 0, 0));
  }
  largest_ = base.largest;
}

// The forms become the base's in this window.
void PixelBounds::restore(const MapSize& map, const AffineForms& base, const Windows& changed,
                          AffineForms& forms) {
  for_each_row(map, changed, [&](Index first, Index last) {
    const Index n = last - first;
    std::copy_n(base.plane(0) + first, n, forms.plane(0) + first);
    for (Index k = 0; k < forms.directions(); ++k) std::fill_n(forms.plane(1 + k) + first, n, 0.0);
    std::fill_n(forms.plane(forms.planes() - 2) + first, n, 0.0);
    std::copy_n(base.plane(2) + first, n, forms.plane(forms.planes() - 1) + first);
  });
}

const AffineForms& PixelBounds::features(Index row, Index column, std::span<const ValueRange> ranges) {
  const Index channels = plan_.maps_[0].c;
  require(row >= 0 && row < plan_.maps_[0].h && column >= 0 && column < plan_.maps_[0].w &&
              std::ssize(ranges) == channels,
          "bounds: pixel (", row, ", ", column, ") with ", ranges.size(), " ranges, of an image ",
          plan_.image_shape());
  const auto change = [&](int value, Windows windows) {
    restore(plan_.maps_[value], base_.values[value], changed_[value], values_[value]);
    changed_[value] = std::move(windows);
  };
  change(0, window(row, column, 1, 1));
  for (Index k = 0; k < channels; ++k) {
    const Index e = (row * plan_.maps_[0].w + column) * channels + k;
    const auto [low, high] = ranges[k];
    values_[0].centre(e) = (low + high) / 2;
    values_[0].slope(k, e) = (high - low) / 2;
    values_[0].rounding(e) = read_rounding * std::max(std::abs(low), std::abs(high));
  }
  const auto see_largest = [&](int value) {
    largest_[value] = larger(base_.largest[value], plan_.largest(value, values_[value], changed_[value]));
  };
  see_largest(0);
  Kink kink;
  for (std::size_t i = 0; i < plan_.graph_.steps.size(); ++i) {
    const PlanStep& step = plan_.graph_.steps[i];
    // Behind a step that bends, forms are no longer the exact course.
    Kink* watch = channels == 1 && !kink.at() ? &kink : nullptr;
    const AffineForms& x = values_[step.input];
    AffineForms& y = values_[step.output];
    Windows windows = plan_.outputs(i, changed_[step.input]);
    if (step.residual >= 0) {
      const Windows& other = changed_[step.residual];
      windows = {hull(windows.rows, other.rows), hull(windows.columns, other.columns)};
    }
    change(step.output, windows);
    if (step.kind == PlanKind::max_pool) {
      max_pool(step, plan_.maps_[step.input], plan_.maps_[step.output], x, windows, y, watch);
    } else {
      restore(plan_.maps_[step.output], base_.sums[step.output], windows, y);
      plan_.add_affine(step, plan_.roundings_[i].sum, x, &base_.values[step.input], changed_[step.input], y);
      plan_.finish(i, values_, plan_.largest_read(step, largest_), windows, watch);
    }
    see_largest(step.output);
  }
  kink_ = kink.at();
  return values_[plan_.graph_.output];
}

}  // namespace voronet
