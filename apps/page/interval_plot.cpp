#include <voronet/apps/page/drawing.h>
#include <voronet/apps/page/html.h>
#include <voronet/apps/page/plot.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/core/text.h>

#include <algorithm>

namespace voronet {
namespace {

constexpr double left = 16, right = 624, top = 40, row_height = 44;

// Intervals by Student's t can leave 0 to 100: the plot does not.
Interval inside(const Interval& interval) {
  return {std::clamp(interval.low, 0.0, 100.0), std::clamp(interval.high, 0.0, 100.0)};
}

Axis axis_over(const std::vector<IntervalRow>& rows) {
  std::vector<double> values;
  for (const IntervalRow& row : rows) {
    values.push_back(row.value);
    values.insert(values.end(), row.dots.begin(), row.dots.end());
    if (row.interval) values.insert(values.end(), {inside(*row.interval).low, inside(*row.interval).high});
  }
  return {values, 5, left, right};
}

std::string drawn(const IntervalRow& row, const Axis& x, double y) {
  const std::string color = html::series_color(row.color);
  std::string out = svg_text(left, y, "start", row.label);
  y += 14;
  if (row.interval) {
    const auto [low, high] = inside(*row.interval);
    out +=
        text("<path d=\"M", x(low), ' ', y, 'H', x(high), "\" stroke=\"", color, "\" stroke-width=\"3\"/>\n");
  }
  for (const double dot : row.dots)
    out +=
        text("<circle cx=\"", x(dot), "\" cy=\"", y, "\" r=\"4\" fill=\"none\" stroke=\"", color, "\"/>\n");
  return out +
         text("<path d=\"M", x(row.value), ' ', y - 8, "v16\" stroke=\"", color, "\" stroke-width=\"4\"/>\n");
}

std::string description(const IntervalPlot& plot) {
  std::string out = plot.x_label + ".";
  for (const IntervalRow& row : plot.rows) {
    out += ' ' + row.label + ": " + fixed(row.value, 2);
    if (row.interval) out += " (" + fixed(row.interval->low, 2) + " to " + fixed(row.interval->high, 2) + ")";
    out += '.';
  }
  return out;
}

}  // namespace

std::string svg(const IntervalPlot& plot) {
  const Axis x = axis_over(plot.rows);
  const double bottom = top + row_height * static_cast<double>(plot.rows.size());
  std::string content = svg_text((left + right) / 2, bottom + 42, "middle", plot.x_label);
  for (const double tick : x.ticks)
    content += svg_line(x(tick), top, x(tick), bottom) +
               svg_text(x(tick), bottom + 20, "middle", significant(tick, 4));
  double y = top + 18 - row_height;
  for (const IntervalRow& row : plot.rows) content += drawn(row, x, y += row_height);
  return svg(Drawing{.height = bottom + 50,
                     .left = left,
                     .title = plot.title,
                     .description = description(plot),
                     .content = content});
}

}  // namespace voronet
