#include <voronet/apps/page/drawing.h>
#include <voronet/apps/page/html.h>
#include <voronet/core/error.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace voronet {

using html::escape;

std::string svg(const Drawing& d) {
  return text("<svg viewBox=\"0 0 ", d.width, ' ', d.height, "\" role=\"img\" font-size=\"", d.font_size,
              "\" fill=\"currentColor\">\n<title>", escape(d.title), "</title>\n<desc>",
              escape(d.description), "</desc>\n",
              svg_text(d.left, 22, "start", d.title,
                       text(" font-size=\"", d.font_size + 2, "\" font-weight=\"600\"")),
              d.content, "</svg>\n");
}

std::string svg_text(double x, double y, std::string_view anchor, std::string_view words,
                     std::string_view more) {
  return text("<text x=\"", x, "\" y=\"", y, "\" text-anchor=\"", anchor, '"', more, '>', escape(words),
              "</text>\n");
}

std::string svg_line(double x1, double y1, double x2, double y2) {
  return text("<line x1=\"", x1, "\" y1=\"", y1, "\" x2=\"", x2, "\" y2=\"", y2,
              "\" stroke=\"var(--line, #bbb)\"/>\n");
}

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

Axis::Axis(const std::vector<double>& values, int wanted, double first, double last)
    : start(first), end(last) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double value : values)
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  ticks = low > high ? nice_ticks(0, 1, wanted) : nice_ticks(low, high, wanted);
}

double Axis::operator()(double value) const {
  return start + (end - start) * (value - ticks.front()) / (ticks.back() - ticks.front());
}

}  // namespace voronet
