// Histograms as lines of a plot (plot.h).
#pragma once

#include <voronet/apps/page/plot.h>

namespace voronet {

// A set of values by name.
struct Sample {
  std::string name;
  std::vector<double> values;
};

// The outlines of the samples' histograms, over `bins` >= 1 common bins from the smallest of all values to
// the largest: how many values each bin holds. Values that are not finite are left out.
std::vector<Series> histograms(const std::vector<Sample>& samples, int bins);

}  // namespace voronet
