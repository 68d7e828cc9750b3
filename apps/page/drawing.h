// What all drawings share, as SVG in the colours of a page (html.h): frame, words, lines, axes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace voronet {

// `width` x `height` units with the content, SVG. The title stands above, from x = `left` on; those who do
// not see the picture get it and the description. Plain text, both.
struct Drawing {
  double width = 640, height = 0, left = 0;
  std::string title, description, content = {};
  int font_size = 13;
};
std::string svg(const Drawing& drawing);

// A line of plain text: (x, y) is where its `anchor` ("start", "middle" or "end") lies on the baseline;
// `more` are further attributes.
std::string svg_text(double x, double y, std::string_view anchor, std::string_view words,
                     std::string_view more = "");

// In the colour of axes and grids.
std::string svg_line(double x1, double y1, double x2, double y2);

// At most `wanted` + 2 round numbers (1, 2 or 5 times a power of ten apart) from at or below low to at or
// above high, rising. low <= high, both finite; equal ends are widened first.
std::vector<double> nice_ticks(double low, double high, int wanted);

// Round numbers over all finite values; the first lies at `start`, the last at `end`.
struct Axis {
  Axis(const std::vector<double>& values, int wanted, double start, double end);
  double operator()(double value) const;  // where it lies

  std::vector<double> ticks;
  double start, end;
};

}  // namespace voronet
