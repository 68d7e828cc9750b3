// What Winograd's algorithm rounds in a convolution, output by output (rounding.h).
#pragma once

#include <voronet/layers/plan/delta.h>
#include <voronet/layers/plan/map_forms.h>
#include <voronet/layers/plan/rounding.h>

#include <algorithm>
#include <vector>

namespace voronet::plan {

// How many outputs away from one that a value reaches another can lie in a tile of Winograd's algorithm.
inline constexpr Index tile_reach = 3;

// What the tiles read that an output may be part of: the largest of each channel.
class LargestAround {
 public:
  LargestAround(const MapSize& in, const PlanStep& step, const Windows& outputs)
      : in_(in),
        top_(outputs.rows.begins.front() - tile_reach - step.padding),
        left_(outputs.columns.begins.front() - tile_reach - step.padding),
        rows_(outputs.rows.length),
        columns_(outputs.columns.length),
        by_columns_((rows_ + span - 1) * columns_ * in.c),
        largest_(rows_ * columns_ * in.c) {}

  // Of each output's pixel, by channel of the input: (rows, columns, channels). magnitude(e): of each
  // element.
  template <class Magnitude>
  const std::vector<double>& of(const Magnitude& magnitude) {
    for (Index row = 0; row < rows_ + span - 1; ++row)
      for (Index column = 0; column < columns_; ++column)
        for (Index k = 0; k < span; ++k) {
          const Index y = top_ + row, x = left_ + column + k;
          if (y < 0 || y >= in_.h || x < 0 || x >= in_.w) continue;
          for (Index c = 0; c < in_.c; ++c) {
            double& most = by_columns_[(row * columns_ + column) * in_.c + c];
            most = larger(most, magnitude((y * in_.w + x) * in_.c + c));
          }
        }
    const Index line = columns_ * in_.c;
    for (Index row = 0; row < rows_; ++row)
      for (Index k = 0; k < span; ++k)
        for (Index i = 0; i < line; ++i)
          largest_[row * line + i] = larger(largest_[row * line + i], by_columns_[(row + k) * line + i]);
    return largest_;
  }

 private:
  // A tile makes 4 outputs of 6 inputs, in each dimension, and an output may be any of the 4.
  static constexpr Index span = 6 + tile_reach;

  const MapSize in_;
  const Index top_, left_, rows_, columns_;
  std::vector<double> by_columns_, largest_;
};

// Calls use(output element, rounding) for all within the windows; magnitude(e): of each input. Of a step
// whose rounding has Winograd's part.
template <class Magnitude, class Use>
void for_each_winograd_rounding(const PlanStep& step, const StepRounding& rounding, const MapSize& in,
                                const MapSize& out, const Windows& outputs, const Magnitude& magnitude,
                                const Use& use) {
  LargestAround around(in, step, outputs);
  const double* largest = around.of(magnitude).data();
  std::vector<double> sums(out.c);
  for_each_row(out, outputs, [&](Index first, Index last) {
    for (Index pixel = first; pixel < last; pixel += out.c, largest += in.c) {
      std::ranges::fill(sums, 0.0);
      for (Index c = 0; c < in.c; ++c)
        for (Index o = 0; o < out.c; ++o) sums[o] += rounding.winograd[c * out.c + o] * largest[c];
      for (Index o = 0; o < out.c; ++o) use(pixel + o, sums[o]);
    }
  });
}

}  // namespace voronet::plan
