#include <voronet/apps/page/drawing.h>
#include <voronet/apps/page/html.h>
#include <voronet/apps/page/plot.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/core/error.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>

namespace voronet {
namespace {

// The box between the axes, in the units of the picture.
constexpr double left = 64, right = 624, top = 40, bottom = 312;
constexpr Index legend_columns = 3;

// Series differ in dashes too, for those who cannot tell the colours apart.
constexpr std::array<const char*, 8> dashes{"",    "7 4", "2 3",  "10 3 2 3",
                                            "5 2", "1 5", "12 5", "6 3 1 3 1 3"};

std::string stroke(std::size_t i) {
  return text("fill=\"none\" stroke=\"", html::series_color(i), "\" stroke-width=\"2\" stroke-dasharray=\"",
              dashes[i % dashes.size()], "\"");
}

std::string axes(const Plot& plot, const Axis& x, const Axis& y) {
  std::string out;
  for (const double tick : y.ticks)
    out += svg_line(left, y(tick), right, y(tick)) +
           svg_text(left - 8, y(tick) + 4, "end", significant(tick, 4));
  for (const double tick : x.ticks)
    out += svg_line(x(tick), bottom, x(tick), bottom + 5) +
           svg_text(x(tick), bottom + 20, "middle", significant(tick, 4));
  constexpr double middle = (top + bottom) / 2;
  return out + svg_text((left + right) / 2, bottom + 40, "middle", plot.x_label) +
         svg_text(16, middle, "middle", plot.y_label, text(" transform=\"rotate(-90 16 ", middle, ")\""));
}

// One line, broken where a value is not finite; a point alone between two gaps is a dot.
std::string curve(const Series& series, std::size_t i, const Axis& x, const Axis& y) {
  std::ostringstream path;
  bool drawing = false;
  for (std::size_t k = 0; k < series.x.size(); ++k) {
    const bool there = std::isfinite(series.x[k]) && std::isfinite(series.y[k]);
    if (there)
      path << (drawing ? 'L' : 'M') << x(series.x[k]) << ' ' << y(series.y[k]) << (drawing ? "" : "h0");
    drawing = there;
  }
  return "<path d=\"" + path.str() + "\" " + stroke(i) + " stroke-linecap=\"round\"/>\n";
}

std::string legend(const std::vector<Series>& series) {
  std::string out;
  for (Index i = 0; i < std::ssize(series); ++i) {
    const double x = left + (right - left) / legend_columns * static_cast<double>(i % legend_columns),
                 y = bottom + 60 + 18 * static_cast<double>(i / legend_columns);
    out += text("<path d=\"M", x, ' ', y, "h26\" ", stroke(i), "/>\n") +
           svg_text(x + 32, y + 4, "start", series[i].name);
  }
  return out;
}

std::string description(const Plot& plot) {
  std::string out = plot.y_label + " over " + plot.x_label + ".";
  for (const Series& series : plot.series) {
    const auto finite = [](double value) { return std::isfinite(value); };
    const auto first = std::ranges::find_if(series.y, finite);
    const auto last = std::find_if(series.y.rbegin(), series.y.rend(), finite);
    out +=
        ' ' + series.name + ": " +
        (first == series.y.end() ? "nothing yet."
                                 : "from " + significant(*first, 4) + " to " + significant(*last, 4) + ".");
  }
  return out;
}

}  // namespace

std::string svg(const Plot& plot) {
  std::vector<double> xs, ys;
  for (const Series& series : plot.series) {
    require(series.x.size() == series.y.size(), "plot: ", series.name, " has ", series.x.size(), " x and ",
            series.y.size(), " y");
    xs.insert(xs.end(), series.x.begin(), series.x.end());
    ys.insert(ys.end(), series.y.begin(), series.y.end());
  }
  const Axis x(xs, 6, left, right), y(ys, 6, bottom, top);
  std::string content = axes(plot, x, y);
  for (std::size_t i = 0; i < plot.series.size(); ++i) content += curve(plot.series[i], i, x, y);
  const Index rows = std::max<Index>(1, (std::ssize(plot.series) + legend_columns - 1) / legend_columns);
  return svg(Drawing{.height = bottom + 52 + 18 * static_cast<double>(rows),
                     .left = left,
                     .title = plot.title,
                     .description = description(plot),
                     .content = content + legend(plot.series)});
}

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
