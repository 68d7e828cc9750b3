// What Winograd's algorithm rounds in a convolution, output by output (rounding.h).
#pragma once

#include <voronet/layers/plan/map_forms.h>
#include <voronet/layers/plan/rounding.h>
#include <voronet/layers/plan/windows.h>

#include <algorithm>
#include <vector>

namespace voronet::plan {

// How many outputs away from one that a value reaches another can lie in a tile of Winograd's algorithm.
inline constexpr Index tile_reach = 3;

// Of each output's pixel within the windows, by channel of the input, the largest that the tiles read which
// it may be part of: (rows, columns, channels). magnitude(e): of each element of the input.
template <class Magnitude>
std::vector<double> largest_around(const MapSize& in, const PlanStep& step, const Windows& outputs,
                                   const Magnitude& magnitude) {
  // A tile makes 4 outputs of 6 inputs, in each dimension, and an output may be any of the 4.
  constexpr Index span = 6 + tile_reach;
  const Index top = outputs.rows.begins.front() - tile_reach - step.padding,
              left = outputs.columns.begins.front() - tile_reach - step.padding, rows = outputs.rows.length,
              columns = outputs.columns.length, line = columns * in.c;
  std::vector<double> by_columns((rows + span - 1) * line), largest(rows * line);
  for (Index row = 0; row < rows + span - 1; ++row)
    for (Index column = 0; column < columns; ++column)
      for (Index k = 0; k < span; ++k) {
        const Index y = top + row, x = left + column + k;
        if (y < 0 || y >= in.h || x < 0 || x >= in.w) continue;
        for (Index c = 0; c < in.c; ++c) {
          double& most = by_columns[row * line + column * in.c + c];
          most = larger(most, magnitude((y * in.w + x) * in.c + c));
        }
      }
  for (Index row = 0; row < rows; ++row)
    for (Index k = 0; k < span; ++k)
      for (Index i = 0; i < line; ++i)
        largest[row * line + i] = larger(largest[row * line + i], by_columns[(row + k) * line + i]);
  return largest;
}

// Calls use(output element, rounding) for all within the windows; magnitude(e): of each input. Of a step
// whose rounding has Winograd's part.
template <class Magnitude, class Use>
void for_each_winograd_rounding(const PlanStep& step, const StepRounding& rounding, const MapSize& in,
                                const MapSize& out, const Windows& outputs, const Magnitude& magnitude,
                                const Use& use) {
  const std::vector<double> around = largest_around(in, step, outputs, magnitude);
  const double* largest = around.data();
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
