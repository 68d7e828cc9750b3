#include <voronet/apps/page/histogram.h>
#include <voronet/core/error.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace voronet {

std::vector<Series> histograms(const std::vector<Sample>& samples, int bins) {
  require(bins >= 1, "histogram: ", bins, " bins");
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const Sample& sample : samples)
    for (const double value : sample.values)
      if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  if (!(low < high)) high = low + 1;  // a single value fills the first bin
  const double width = (high - low) / bins;

  std::vector<Series> outlines;
  for (const Sample& sample : samples) {
    std::vector<double> counts(bins);
    for (const double value : sample.values)
      if (std::isfinite(value)) ++counts[std::min(bins - 1, static_cast<int>((value - low) / width))];
    Series outline{sample.name, {}, {}};
    for (int i = 0; i < bins; ++i) {
      outline.x.insert(outline.x.end(), {low + i * width, low + (i + 1) * width});
      outline.y.insert(outline.y.end(), 2, counts[i]);
    }
    outlines.push_back(std::move(outline));
  }
  return outlines;
}

}  // namespace voronet
