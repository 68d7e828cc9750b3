// Shares with their intervals as SVG, one above the other: a line from end to end of each interval, a mark at
// the value, and a dot for each single result. To be put into a page (html.h), whose colours it takes.
#pragma once

#include <voronet/attacks/statistics.h>

#include <optional>
#include <string>
#include <vector>

namespace voronet {

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
