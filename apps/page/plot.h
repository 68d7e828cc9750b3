// Plots as SVG, to be put into a page (html.h), whose colours they take: lines, histograms as lines, and
// shares with their intervals.
#pragma once

#include <voronet/attacks/statistics.h>

#include <optional>
#include <string>
#include <vector>

namespace voronet {

struct Series {
  std::string name;
  std::vector<double> x, y;  // of equal length; a NaN leaves a gap in the line
};

struct Plot {
  std::string title, x_label, y_label;  // plain text
  std::vector<Series> series;
};

// The plot, 640 units wide, with axes, ticks, a legend and a text alternative that names each series with its
// last value. Without a finite point: empty axes. Throws Error when x and y of a series differ in length.
std::string svg(const Plot& plot);

// A set of values by name.
struct Sample {
  std::string name;
  std::vector<double> values;
};

// The outlines of the samples' histograms, over `bins` >= 1 common bins from the smallest of all values to
// the largest: how many values each bin holds. Values that are not finite are left out.
std::vector<Series> histograms(const std::vector<Sample>& samples, int bins);

struct IntervalRow {
  std::string label;  // plain text
  double value = 0;   // in percent, as all here
  std::optional<Interval> interval;
  std::vector<double> dots;  // what the value is the mean of, if anything
  std::size_t color = 0;     // its number in html::series_color()
};

struct IntervalPlot {
  std::string title, x_label;  // plain text
  std::vector<IntervalRow> rows;
};

// 640 units wide, with ticks and a text alternative that names each value.
std::string svg(const IntervalPlot& plot);

}  // namespace voronet
