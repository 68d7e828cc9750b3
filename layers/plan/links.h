// A step's sums, spelled out as blocks of weights between packed maps: read one way they add inputs up, read
// the other way they carry the coefficients of outputs back to inputs.
#pragma once

#include <voronet/layers/plan/graph.h>
#include <voronet/layers/plan/packed_maps.h>

#include <vector>

namespace voronet::plan {

// Every of `outputs` values from `out` on reads `inputs` values from `in` on, output o by the weights from
// weight[o * stride] on.
struct DenseLink {
  Index in, inputs, out, outputs;
  const double* weight;
  Index stride;
};

// Output out + i reads input in + i alone, i < n, by weight[i], or all by the one weight if step is 0.
struct DiagonalLink {
  Index in, out, n;
  const double* weight;
  Index step;
};

struct Links {
  std::vector<DenseLink> dense;
  std::vector<DiagonalLink> diagonal;

  // Calls use(link, o, weights of o) for each output of each dense link.
  template <class Use>
  void for_each_output(const Use& use) const {
    for (const DenseLink& link : dense)
      for (Index o = 0; o < link.outputs; ++o) use(link, link.out + o, link.weight + o * link.stride);
  }
  // Calls use(input, output, weight) for each pair of a diagonal link.
  template <class Use>
  void for_each_pair(const Use& use) const {
    for (const DiagonalLink& link : diagonal)
      for (Index i = 0; i < link.n; ++i) use(link.in + i, link.out + i, link.weight[i * link.step]);
  }

  // in += weight^T out, of 1 or 8 vectors at a time, with what is theirs of a value side by side.
  template <std::size_t lanes>
  void add_back(const double* out, double* in) const;
  // out += |weight| in.
  void add_absolute(const double* in, double* out) const;
};

// Whose weights lie next to one another: those of an input's readers, or those of what an output reads.
enum class SideBySide { readers, inputs };
// The weights of a step that is a sum (is_sum): convolution (kh, kw, in, out), linear (in, out), else a
// factor a channel or an element, or one. So the weights of an input's readers lie side by side; or with
// (out, in) in place of (in, out) those of what an output reads, as links have them.
std::vector<double> weights_of(const PlanStep& step, const MapSize& in, SideBySide order);

// What within the windows of the step's output reads what within those of its input; links point into the
// weights. Throws Error for a step that is no sum.
Links links_of(const PlanStep& step, const std::vector<double>& weights, const PackedMaps& maps);

}  // namespace voronet::plan
