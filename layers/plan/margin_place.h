// MarginPlace: what passes from the back and to the front need of a base image about one pixel.
#pragma once

#include <voronet/layers/plan/margin_plan.h>
#include <voronet/layers/plan/pixel_bounds.h>

#include <span>
#include <vector>

namespace voronet {

// What the values within the windows can be before their step's bend, in exact arithmetic and in that of
// doubles; packed.
using MarginRanges = std::vector<ValueRange>;

// All of this is packed, but for magnitudes.
struct MarginPlace {
  // Of the pixel whose features, over all colours that are to come, have just been bounded. plan and base
  // must outlive it.
  MarginPlace(const MarginPlan& plan, const MarginPlan::Base& base, const PixelBounds& all);

  // Whether no evaluation overflows.
  bool finite() const;

  const MarginPlan& plan;
  const MarginPlan::Base& base;
  plan::PackedMaps maps;
  std::vector<plan::Links> links;      // of each step
  std::vector<double> before, values;  // the base's, before and behind bends
  MarginRanges ranges, evaluated;      // over all colours, exactly, and in any evaluation
  std::vector<double> off;             // how far an evaluation may be from the exact one, before a bend
  std::vector<double> slack;           // of what doubles round, in a value before a bend
  std::vector<double> roundings;       // what each sum's own operations round
  std::vector<double> magnitudes;      // of all values, behind bends: packed whole
};

}  // namespace voronet
