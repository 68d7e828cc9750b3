#include <voronet/apps/page/html.h>
#include <voronet/apps/page/plot.h>
#include <voronet/core/error.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>

namespace voronet {
namespace {

using html::escape;

// The box between the axes, in the units of the picture.
constexpr double left = 64, right = 624, top = 40, bottom = 312;

// Series differ in dashes too, for those who cannot tell the colours apart.
constexpr std::array<const char*, 8> dashes{"",    "7 4", "2 3",  "10 3 2 3",
                                            "5 2", "1 5", "12 5", "6 3 1 3 1 3"};

struct Axis {
  std::vector<double> ticks;
  double start, end;  // where the first and the last tick lie in the picture

  double place(double value) const {
    return start + (end - start) * (value - ticks.front()) / (ticks.back() - ticks.front());
  }
};

Axis axis_over(const std::vector<const std::vector<double>*>& values, double start, double end) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const std::vector<double>* list : values)
    for (const double value : *list)
      if (std::isfinite(value)) {
        low = std::min(low, value);
        high = std::max(high, value);
      }
  if (low > high) low = 0, high = 1;  // nothing to show
  return {nice_ticks(low, high, 6), start, end};
}

std::string number(double value) {
  std::ostringstream out;
  out.precision(4);
  out << value;
  return out.str();
}

std::string stroke(std::size_t i) {
  return text("fill=\"none\" stroke=\"", html::series_color(i), "\" stroke-width=\"2\" stroke-dasharray=\"",
              dashes[i % dashes.size()], "\"");
}

std::string line(double x1, double y1, double x2, double y2) {
  return text("<line x1=\"", x1, "\" y1=\"", y1, "\" x2=\"", x2, "\" y2=\"", y2,
              "\" stroke=\"var(--line, #bbb)\"/>\n");
}

std::string axes(const Plot& plot, const Axis& x, const Axis& y) {
  std::string out;
  for (const double tick : y.ticks) {
    out += line(left, y.place(tick), right, y.place(tick));
    out += html::svg_text(left - 8, y.place(tick) + 4, "end", number(tick));
  }
  for (const double tick : x.ticks) {
    out += line(x.place(tick), bottom, x.place(tick), bottom + 5);
    out += html::svg_text(x.place(tick), bottom + 20, "middle", number(tick));
  }
  out += html::svg_text((left + right) / 2, bottom + 40, "middle", plot.x_label);
  const double middle = (top + bottom) / 2;
  return out + text("<text transform=\"rotate(-90 16 ", middle, ")\" x=\"16\" y=\"", middle,
                    "\" text-anchor=\"middle\">", escape(plot.y_label), "</text>\n");
}

// One line, broken where a value is not finite; a point alone between two gaps is a dot.
std::string curve(const Series& series, std::size_t i, const Axis& x, const Axis& y) {
  std::ostringstream path;
  bool drawing = false;
  for (std::size_t k = 0; k < series.x.size(); ++k) {
    const bool there = std::isfinite(series.x[k]) && std::isfinite(series.y[k]);
    if (there) {
      path << (drawing ? 'L' : 'M') << x.place(series.x[k]) << ' ' << y.place(series.y[k]);
      if (!drawing) path << "h0";
    }
    drawing = there;
  }
  return "<path d=\"" + path.str() + "\" " + stroke(i) + " stroke-linecap=\"round\"/>\n";
}

std::string legend(const std::vector<Series>& series) {
  std::string out;
  const double column = (right - left) / 3;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const std::size_t in_row = i % 3, row = i / 3;
    const double x = left + column * static_cast<double>(in_row),
                 y = bottom + 60 + 18 * static_cast<double>(row);
    out += text("<path d=\"M", x, ' ', y, "h26\" ", stroke(i), "/>\n");
    out += html::svg_text(x + 32, y + 4, "start", series[i].name);
  }
  return out;
}

std::string description(const Plot& plot) {
  std::string out = plot.y_label + " over " + plot.x_label + ".";
  for (const Series& series : plot.series) {
    out += ' ' + series.name + ": ";
    const auto finite = [](double value) { return std::isfinite(value); };
    const auto first = std::ranges::find_if(series.y, finite);
    const auto last = std::find_if(series.y.rbegin(), series.y.rend(), finite);
    out += first == series.y.end() ? "nothing yet." : "from " + number(*first) + " to " + number(*last) + ".";
  }
  return out;
}

}  // namespace

std::vector<double> nice_ticks(double low, double high, int wanted) {
  require(std::isfinite(low) && std::isfinite(high) && low <= high && wanted >= 1, "plot: no ticks from ",
          low, " to ", high);
  if (high - low < 1e-9 * std::max(std::abs(low), std::abs(high)) || high == low) {
    const double room = low == 0 ? 1 : 0.1 * std::abs(low);
    low -= room;
    high += room;
  }
  const double rough = (high - low) / wanted, power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0})
    if (factor * power >= rough * (1 - 1e-9)) step = factor * power;
  std::vector<double> ticks;
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  for (int i = 0; i <= last - first; ++i) ticks.push_back((first + i) * step);
  return ticks;
}

std::string svg(const Plot& plot) {
  std::vector<const std::vector<double>*> xs, ys;
  for (const Series& series : plot.series) {
    require(series.x.size() == series.y.size(), "plot: ", series.name, " has ", series.x.size(), " x and ",
            series.y.size(), " y");
    xs.push_back(&series.x);
    ys.push_back(&series.y);
  }
  const Axis x = axis_over(xs, left, right), y = axis_over(ys, bottom, top);

  const double height =
      bottom + 70 + 18 * std::max(0.0, std::ceil(static_cast<double>(plot.series.size()) / 3) - 1);
  std::string out =
      text("<svg viewBox=\"0 0 640 ", height, "\" role=\"img\" font-size=\"13\" fill=\"currentColor\">\n");
  out += "<title>" + escape(plot.title) + "</title>\n<desc>" + escape(description(plot)) + "</desc>\n";
  out += "<text x=\"" + number(left) + "\" y=\"22\" font-size=\"15\" font-weight=\"600\">" +
         escape(plot.title) + "</text>\n";
  out += axes(plot, x, y);
  for (std::size_t i = 0; i < plot.series.size(); ++i) out += curve(plot.series[i], i, x, y);
  out += legend(plot.series);
  return out + "</svg>\n";
}

}  // namespace voronet
