#include <voronet/layers/plan/margin_plan.h>
#include <voronet/layers/plan/relaxation.h>
#include <voronet/layers/plan/winograd_rounding.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace voronet {

using namespace plan;

namespace {

// Of how many outputs the coefficients may be added up to that of an input, for each rounding that an
// output's sum goes through: n additions of doubles are off by n 2^-53 of their terms, k of floats by k
// 2^-24, so this many by less than half of a millionth of what floats are (see double_rounding), of
// differences of two values.
constexpr double most_readers = 128;

Index readers(const PlanStep& step, const MapSize& out) {
  if (step.kind == PlanKind::convolution || step.kind == PlanKind::linear)
    return step.weight.size() / step.weight.dim(1);
  return step.kind == PlanKind::pad ? out.h * out.w : step.size * step.size;
}

// A linear step's weights for inputs that are not flattened, (h, w, c) and not (c, h, w).
std::vector<double> unflattened(const std::vector<double>& weights, const MapSize& in) {
  std::vector<double> result(weights.size());
  const Index area = in.h * in.w;
  for (Index first = 0; first < std::ssize(weights); first += in.size())
    for (Index pixel = 0; pixel < area; ++pixel)
      for (Index c = 0; c < in.c; ++c) result[first + pixel * in.c + c] = weights[first + c * area + pixel];
  return result;
}

// Each pixel of a value's window, from its first channel on, to these outputs of the step.
void add_copies(const PackedMaps& maps, int value, int output, Index from_channel, Links& links) {
  static constexpr double one = 1;
  const Index c = maps.map(value).c;
  const Windows& window = maps.windows(value);
  const Index top = window.rows.begins.front(), left = window.columns.begins.front();
  for (Index row = top; row < top + window.rows.length; ++row)
    for (Index column = left; column < left + window.columns.length; ++column)
      if (maps.holds(output, row, column))
        links.diagonal.push_back(
            {maps.at(value, row, column), maps.at(output, row, column) + from_channel, c, &one, 0});
}

}  // namespace

ValueRange MarginPlan::Step::after(const ValueRange& before) const {
  if (plan.relu) return {std::max(before.low, 0.0), std::max(before.high, 0.0)};
  if (!is_function()) return before;
  const double off = own_rounding(plan.function, before.low, before.high);
  return {evaluate(plan.function, before.low) - off, evaluate(plan.function, before.high) + off};
}

bool MarginPlan::possible(const BoundPlan& bounds) {
  const PlanGraph& graph = bounds.graph();
  if (bounds.image_shape()[2] > 3 || !bounds.head().linear() || graph.output == 0 ||
      graph.steps.back().output != graph.output)
    return false;
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    const PlanStep& step = graph.steps[i];
    if (step.kind == PlanKind::max_pool || step.residual == 0 || (step.input == 0 && !is_sum(step.kind)))
      return false;
    if (is_sum(step.kind) && static_cast<double>(readers(step, bounds.maps()[step.output])) >
                                 most_readers * bounds.roundings()[i].roundings)
      return false;
  }
  return true;
}

MarginPlan::MarginPlan(const BoundPlan& bounds) : bounds_(&bounds), whole_(packed_whole(bounds.maps())) {
  require(possible(bounds), "bounds: this network has none from the back");
  PlanGraph graph = bounds.graph();
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    steps_.push_back({graph.steps[i], &bounds.roundings()[i], {}, 0});
    Step& step = steps_.back();
    PlanStep& read = step.plan;
    if (is_sum(read.kind)) {
      step.weights = weights_of(read, bounds.maps()[read.input], SideBySide::inputs);
      step.share = step.rounding->sum;
    }
    const int before = read.kind == PlanKind::linear ? graph.writer(read.input) : -1;
    if (before >= 0 && graph.steps[before].kind == PlanKind::flatten && !graph.steps[before].relu &&
        graph.steps[before].residual < 0) {
      read.input = graph.steps[before].input;
      step.weights = unflattened(step.weights, bounds.maps()[read.input]);
    }
    if (read.input == 0) step.share += read_rounding;
  }
  std::set<int> read{graph.output};
  for (const Step& step : steps_) read.insert({step.plan.input, step.plan.residual});
  // A flatten that is part of another step now.
  std::erase_if(steps_, [&](const Step& step) { return !read.contains(step.plan.output); });
  writers_.assign(bounds.maps().size(), -1);
  for (std::size_t i = 0; i < steps_.size(); ++i) writers_[steps_[i].plan.output] = static_cast<int>(i);
  whole_links_ = links(whole_);
}

std::vector<Links> MarginPlan::links(const PackedMaps& maps) const {
  std::vector<Links> all;
  for (const Step& step : steps_) {
    const PlanStep& read = step.plan;
    Links& links = all.emplace_back();
    if (is_sum(read.kind))
      links = links_of(read, step.weights, maps);
    else
      add_copies(maps, read.input, read.output, 0, links);
    if (read.residual >= 0)
      add_copies(maps, read.residual, read.output, read.kind == PlanKind::concat ? maps.map(read.input).c : 0,
                 links);
  }
  return all;
}

void MarginPlan::add_of_largest(const PackedMaps& maps, std::span<const double> largest,
                                std::span<const ValueRange> evaluated, std::span<const double> magnitudes,
                                std::span<double> all) const {
  for (const Step& step : steps_) {
    const PlanStep& read = step.plan;
    const Index begin = maps.begin(read.output), end = maps.end(read.output);
    if (step.is_function())
      for (Index p = begin; p < end; ++p)
        all[p] = own_rounding(read.function, evaluated[p].low, evaluated[p].high);
    if (!is_sum(read.kind)) continue;
    const double most =
        read.residual < 0 ? largest[read.input] : larger(largest[read.input], largest[read.residual]);
    const double underflow = step.rounding->underflow(most);
    for (Index p = begin; p < end; ++p) all[p] += underflow;
    if (step.rounding->winograd.empty()) continue;
    Index p = begin;
    for_each_winograd_rounding(
        read, *step.rounding, maps.map(read.input), maps.map(read.output), maps.windows(read.output),
        [&](Index e) { return magnitudes[whole_.begin(read.input) + e]; },
        [&](Index, double winograd) { all[p++] += winograd; });
  }
}

// What inputs of larger magnitudes than the base's add is added to what those do.
MarginPlan::Roundings MarginPlan::roundings(const Base& base, const PackedMaps& maps,
                                            const std::vector<Links>& links,
                                            std::span<const ValueRange> evaluated) const {
  Roundings result{std::vector<double>(evaluated.size()), base.magnitudes};
  std::vector<double> more(evaluated.size()), added(evaluated.size());
  std::vector<double> largest = base.forms->largest;
  for (int value = 0; value < std::ssize(bounds_->maps()); ++value)
    maps.for_each(value, [&](Index e, Index p) {
      double& magnitude = result.magnitudes[whole_.begin(value) + e];
      const Step* written_by = writer(value);
      const auto [low, high] = written_by != nullptr ? written_by->after(evaluated[p]) : evaluated[p];
      const double before = magnitude;
      magnitude = larger(larger(std::abs(low), std::abs(high)), before);
      more[p] = magnitude - before;
      largest[value] = larger(largest[value], magnitude);
      result.of_sums[p] = base.terms[whole_.begin(value) + e];
    });
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].share == 0) continue;
    links[i].add_absolute(more.data(), added.data());
    const int output = steps_[i].plan.output;
    for (Index p = maps.begin(output); p < maps.end(output); ++p)
      result.of_sums[p] += steps_[i].share * added[p];
  }
  add_of_largest(maps, largest, evaluated, result.magnitudes, result.of_sums);
  return result;
}

MarginPlan::Base MarginPlan::base(const BoundPlan::Base& forms) const {
  const auto none = std::vector<double>(whole_.size());
  Base base{&forms, none, none, none, none, none, {}};
  std::vector<ValueRange> evaluated(none.size());
  for (int value = 0; value < std::ssize(bounds_->maps()); ++value) {
    const AffineForms& of = forms.values[value];
    whole_.for_each(value, [&](Index e, Index p) {
      base.values[p] = base.before[p] = of.centre(e);
      base.magnitudes[p] = of.magnitude(e);
      evaluated[p] = forms.before[value][e].range;
      base.off[p] = forms.before[value][e].rounding;
    });
  }
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    const PlanStep& read = step.plan;
    whole_.for_each(read.output, [&](Index e, Index p) {
      if (read.relu)
        base.before[p] = forms.sums[read.output].centre(e) +
                         (read.residual < 0 ? 0 : forms.values[read.residual].centre(e));
      if (step.is_function()) base.before[p] = forms.values[read.input].centre(e);
    });
    if (!is_sum(read.kind)) continue;
    whole_links_[i].add_absolute(base.magnitudes.data(), base.terms.data());
    const std::vector<double>& offset = step.rounding->offset;
    for (Index p = whole_.begin(read.output); p < whole_.end(read.output); ++p) {
      base.terms[p] *= step.share;
      if (!offset.empty()) base.terms[p] += offset[(p - whole_.begin(read.output)) % std::ssize(offset)];
    }
  }
  base.roundings = base.terms;
  add_of_largest(whole_, forms.largest, evaluated, base.magnitudes, base.roundings);
  return base;
}

}  // namespace voronet
