#include <voronet/apps/page/html.h>
#include <voronet/apps/page/interval_plot.h>
#include <voronet/apps/page/plot.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/core/text.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

using html::escape;

constexpr double left = 16, right = 624, top = 40, row_height = 44;

struct Scale {
  std::vector<double> ticks;
  double operator()(double value) const {
    return left + (right - left) * (value - ticks.front()) / (ticks.back() - ticks.front());
  }
};

// Intervals by Student's t can leave 0 to 100: the plot does not.
Interval inside(const Interval& interval) {
  return {std::clamp(interval.low, 0.0, 100.0), std::clamp(interval.high, 0.0, 100.0)};
}

Scale scale_over(const std::vector<IntervalRow>& rows) {
  double low = 100, high = 0;
  const auto include = [&](double value) { low = std::min(low, value), high = std::max(high, value); };
  for (const IntervalRow& row : rows) {
    include(row.value);
    for (const double dot : row.dots) include(dot);
    if (!row.interval) continue;
    include(inside(*row.interval).low);
    include(inside(*row.interval).high);
  }
  if (low > high) low = 0, high = 100;
  return {nice_ticks(low, high, 5)};
}

std::string grid(const Scale& x, double bottom) {
  std::string out;
  for (const double tick : x.ticks) {
    out += text("<line x1=\"", x(tick), "\" y1=\"", top, "\" x2=\"", x(tick), "\" y2=\"", bottom,
                "\" stroke=\"var(--line, #bbb)\"/>\n");
    out += html::svg_text(x(tick), bottom + 20, "middle", significant(tick, 4));
  }
  return out;
}

std::string drawn(const IntervalRow& row, const Scale& x, double y) {
  const std::string color = html::series_color(row.color);
  std::string out = html::svg_text(left, y, "start", row.label);
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
  const Scale x = scale_over(plot.rows);
  const double bottom = top + row_height * static_cast<double>(plot.rows.size());
  std::string out = text("<svg viewBox=\"0 0 640 ", bottom + 50,
                         "\" role=\"img\" font-size=\"13\" fill=\"currentColor\">\n");
  out += "<title>" + escape(plot.title) + "</title>\n<desc>" + escape(description(plot)) + "</desc>\n";
  out += text("<text x=\"", left, "\" y=\"22\" font-size=\"15\" font-weight=\"600\">", escape(plot.title),
              "</text>\n");
  out += grid(x, bottom);
  double y = top + 18;
  for (const IntervalRow& row : plot.rows) {
    out += drawn(row, x, y);
    y += row_height;
  }
  return out + html::svg_text((left + right) / 2, bottom + 42, "middle", plot.x_label) + "</svg>\n";
}

}  // namespace voronet
