// Line plots as SVG, to be put into a page (html.h), whose colours they take.
#pragma once

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

}  // namespace voronet
