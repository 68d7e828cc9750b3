#include <voronet/layers/plan/form_vector.h>
#include <voronet/layers/plan/links.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace voronet::plan {
namespace {

class Builder {
 public:
  Builder(const PlanStep& step, const std::vector<double>& weights, const PackedMaps& maps)
      : step_(step), weights_(weights), maps_(maps), in_(maps.map(step.input)), out_(maps.map(step.output)) {}

  Links links() {
    if (step_.kind == PlanKind::linear) {
      linear();
      return std::move(links_);
    }
    const Windows& window = maps_.windows(step_.input);
    const Index top = window.rows.begins.front(), left = window.columns.begins.front();
    for (Index row = top; row < top + window.rows.length; ++row)
      for (Index column = left; column < left + window.columns.length; ++column) pixel(row, column);
    return std::move(links_);
  }

 private:
  // What reads an input pixel.
  void pixel(Index row, Index column) {
    const Index at = maps_.at(step_.input, row, column);
    const auto numbers = std::ssize(weights_);
    if (step_.kind == PlanKind::flatten) {  // the outputs are pixels of one channel
      for (Index c = 0; c < in_.c; ++c)
        links_.diagonal.push_back(
            {at + c, maps_.begin(step_.output) + (c * in_.h + row) * in_.w + column, 1, weights_.data(), 0});
      return;
    }
    for_each_reader(
        step_, in_, out_, row, column,
        [&](Index y, Index x, Index tap) {
          if (!maps_.holds(step_.output, y, x)) return;
          links_.dense.push_back({at, in_.c, maps_.at(step_.output, y, x), out_.c,
                                  weights_.data() + tap * in_.c * out_.c, in_.c});
        },
        [&](Index y, Index x) {
          if (!maps_.holds(step_.output, y, x)) return;
          const Index first = numbers == in_.size() ? (row * in_.w + column) * in_.c : 0;
          links_.diagonal.push_back(
              {at, maps_.at(step_.output, y, x), in_.c, weights_.data() + first, numbers > 1 ? 1 : 0});
        });
  }

  // One block for each row of the window.
  void linear() {
    Index at = maps_.begin(step_.input);
    for_each_row(in_, maps_.windows(step_.input), [&](Index first, Index last) {
      links_.dense.push_back(
          {at, last - first, maps_.begin(step_.output), out_.size(), weights_.data() + first, in_.size()});
      at += last - first;
    });
  }

  const PlanStep& step_;
  const std::vector<double>& weights_;
  const PackedMaps& maps_;
  const MapSize &in_, &out_;
  Links links_;
};

constexpr Index together = 4;  // outputs that one pass over inputs reads

// in += weight^T out of so many outputs.
template <class Values, Index outputs>
void add_outputs(const DenseLink& link, const double* weight, const double* out, double* in) {
  constexpr Index lanes = sizeof(Values) / sizeof(double);
  if (std::all_of(out, out + outputs * lanes, [](double value) { return value == 0; })) return;
  std::array<Values, outputs> of;
  for (Index o = 0; o < outputs; ++o) kernels::load(of[o], out + o * lanes);
  const auto add = [&](Index i) {
    Values sum;
    kernels::load(sum, in + i * lanes);
    for (Index o = 0; o < outputs; ++o) sum += of[o] * weight[o * link.stride + i];
    kernels::store(sum, in + i * lanes);
  };
  if constexpr (lanes == 1) {
#pragma omp simd
    for (Index i = 0; i < link.inputs; ++i) add(i);
  } else {
    for (Index i = 0; i < link.inputs; ++i) add(i);
  }
}

}  // namespace

template <std::size_t lanes>
void Links::add_back(const double* out, double* in) const {
  using Values = Doubles<lanes>;
  for (const DenseLink& link : dense) {
    const double* from = out + link.out * lanes;
    double* to = in + link.in * lanes;
    Index o = 0;
    for (; o + together <= link.outputs; o += together)
      add_outputs<Values, together>(link, link.weight + o * link.stride, from + o * lanes, to);
    for (; o < link.outputs; ++o)
      add_outputs<Values, 1>(link, link.weight + o * link.stride, from + o * lanes, to);
  }
  for_each_pair([&](Index i, Index o, double weight) {
    for (std::size_t l = 0; l < lanes; ++l) in[i * lanes + l] += out[o * lanes + l] * weight;
  });
}

template void Links::add_back<1>(const double* out, double* in) const;
template void Links::add_back<8>(const double* out, double* in) const;

void Links::add_absolute(const double* in, double* out) const {
  for_each_output([&](const DenseLink& link, Index o, const double* weight) {
    const double* from = in + link.in;
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (Index i = 0; i < link.inputs; ++i) sum += std::abs(weight[i]) * from[i];
    out[o] += sum;
  });
  for_each_pair([&](Index i, Index o, double weight) { out[o] += in[i] * std::abs(weight); });
}

std::vector<double> weights_of(const PlanStep& step, const MapSize& in, SideBySide order) {
  if (step.kind == PlanKind::average_pool) return {1 / static_cast<double>(step.size * step.size)};
  if (step.kind == PlanKind::global_average) return {1 / static_cast<double>(in.h * in.w)};
  if (!step.weight.defined()) return {1};
  const std::vector<double> given = step.weight.to_vector();
  if (step.kind == PlanKind::elementwise) return given;
  const Index outputs = step.weight.dim(0), channels = step.weight.dim(1),
              taps = step.weight.size() / outputs / channels;
  std::vector<double> weights(given.size());
  for (Index o = 0; o < outputs; ++o)
    for (Index c = 0; c < channels; ++c)
      for (Index tap = 0; tap < taps; ++tap) {
        const Index of_tap = order == SideBySide::readers ? c * outputs + o : o * channels + c;
        weights[tap * channels * outputs + of_tap] = given[(o * channels + c) * taps + tap];
      }
  return weights;
}

Links links_of(const PlanStep& step, const std::vector<double>& weights, const PackedMaps& maps) {
  return Builder(step, weights, maps).links();
}

}  // namespace voronet::plan
