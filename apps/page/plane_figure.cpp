#include <voronet/apps/page/drawing.h>
#include <voronet/apps/page/html.h>
#include <voronet/apps/page/plane_figure.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/matmul.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/data/png.h>
#include <voronet/theory/svd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace voronet {
namespace {

// The ground's square in the units of the picture, and in points of the plane.
constexpr double left = 40, top = 34, side = 392;
constexpr Index grid = 240;

// Of medium lightness, so that they show on white and on black.
constexpr std::array<std::uint32_t, 10> colours{0x4e79a7, 0xf28e2b, 0xe15759, 0x49a8a0, 0x59a14f,
                                                0xc9a227, 0xb07aa1, 0xf07f9b, 0x9c755f, 0x8a8683};

std::uint32_t colour_of(int label) { return colours[label % colours.size()]; }

// A square of the plane, and where its points lie in the picture: y upwards.
struct Window {
  double x = 0, y = 0, size = 1;  // lower left corner

  double across(double value) const { return left + side * (value - x) / size; }
  double down(double value) const { return top + side * (1 - (value - y) / size); }
  bool holds(double a, double b) const { return a >= x && a <= x + size && b >= y && b <= y + size; }
};

struct Range {
  double low, high;
};

// Of one coordinate of the points (n, 2), without the outermost half of a hundredth on each side.
Range middle_of(const Tensor& points, Index axis) {
  std::vector<double> values;
  for (Index i = 0; i < points.dim(0); ++i) values.push_back(points.at(2 * i + axis));
  std::ranges::sort(values);
  const std::size_t cut = values.size() / 200;
  return {values[cut], values[values.size() - 1 - cut]};
}

bool is_marked(const PlaneFigure& figure, Index label) {
  return figure.only.empty() || std::ranges::find(figure.only, static_cast<int>(label)) != figure.only.end();
}

Window window_around(const PlaneFigure& figure, const Tensor& points, const Tensor& centroids) {
  std::array<Range, 2> ranges{middle_of(points, 0), middle_of(points, 1)};
  const auto include = [&](Index axis, double value) {
    Range& range = ranges[axis];
    range = {std::min(range.low, value), std::max(range.high, value)};
  };
  for (Index k = 0; centroids.defined() && k < centroids.dim(0); ++k)
    if (is_marked(figure, k))
      for (const Index axis : {0, 1}) include(axis, centroids.at(2 * k + axis));
  if (figure.apex) include(0, figure.apex->first), include(1, figure.apex->second);
  const double longest = std::max(ranges[0].high - ranges[0].low, ranges[1].high - ranges[1].low);
  const double size = longest > 0 ? 1.12 * longest : 1;  // with a margin
  return {(ranges[0].low + ranges[0].high - size) / 2, (ranges[1].low + ranges[1].high - size) / 2, size};
}

// The ground: a pixel for each point of a grid.
std::string ground(const FeaturePlane& plane, const Window& window, Module& network, const Head& head) {
  const NoGrad scope;
  std::vector<double> coordinates;
  const double step = window.size / static_cast<double>(grid);
  for (Index row = 0; row < grid; ++row)
    for (Index column = 0; column < grid; ++column) {
      coordinates.push_back(window.x + (static_cast<double>(column) + 0.5) * step);
      coordinates.push_back(window.y + window.size - (static_cast<double>(row) + 0.5) * step);
    }
  const Tensor logits = network(plane.features(from(coordinates, {grid * grid, 2}, Dtype::f64)));
  const Tensor confidences = head.confidences(logits);
  const std::vector<int> classes = argmax(logits);
  data::Images picture{1, grid, grid, 4, {}};
  for (Index i = 0; i < grid * grid; ++i) {
    const int label = classes[i];
    const double confidence = std::clamp(confidences.at(i * confidences.dim(1) + label), 0.0, 1.0);
    for (const int shift : {16, 8, 0})
      picture.pixels.push_back(static_cast<std::uint8_t>(colour_of(label) >> shift & 255));
    picture.pixels.push_back(static_cast<std::uint8_t>(25 + std::lround(115 * confidence)));
  }
  return text("<image x=\"", left, "\" y=\"", top, "\" width=\"", side, "\" height=\"", side,
              "\" preserveAspectRatio=\"none\" href=\"", html::png_address(data::encode_png(picture)),
              "\"/>\n");
}

std::string one_decimal(double value) { return text(std::round(10 * value) / 10); }

// All points of a class as the dots of one path.
std::string dots(const PlaneFigure& figure, const Tensor& points, const Window& window) {
  std::string out;
  for (int label = 0; label < static_cast<int>(figure.class_names.size()); ++label) {
    std::string path;
    for (Index i = 0; i < points.dim(0); ++i) {
      const double x = points.at(2 * i), y = points.at(2 * i + 1);
      if (figure.labels[i] == label && window.holds(x, y))
        path += "M" + one_decimal(window.across(x)) + ' ' + one_decimal(window.down(y)) + "h0";
    }
    if (!path.empty())
      out += "<path d=\"" + path + "\" stroke=\"" + class_colour(label) +
             "\" stroke-width=\"3\" stroke-linecap=\"round\"/>\n";
  }
  return out;
}

// Words with a rim in the page's colour, to be read on any ground.
std::string words(double x, double y, const char* anchor, const std::string& content) {
  return svg_text(std::round(10 * x) / 10, std::round(10 * y) / 10, anchor, content,
                  " paint-order=\"stroke\" stroke=\"var(--page, white)\" stroke-width=\"3\"");
}

std::string centroid_marks(const PlaneFigure& figure, const Tensor& centroids, const Window& window) {
  std::string rings, names;
  for (Index k = 0; centroids.defined() && k < centroids.dim(0); ++k) {
    if (!is_marked(figure, k)) continue;
    const double x = window.across(centroids.at(2 * k)), y = window.down(centroids.at(2 * k + 1));
    rings += text("<circle cx=\"", one_decimal(x), "\" cy=\"", one_decimal(y), "\" r=\"5\" fill=\"",
                  class_colour(static_cast<int>(k)), "\" stroke=\"currentColor\" stroke-width=\"2\"/>\n");
    names += words(x, y - 9, "middle", figure.class_names.at(k));
  }
  return rings + names;
}

std::string apex_mark(const PlaneFigure& figure, const Window& window) {
  if (!figure.apex) return "";
  const double x = window.across(figure.apex->first), y = window.down(figure.apex->second);
  return text("<path d=\"M", one_decimal(x - 6), ' ', one_decimal(y - 6), "l12 12m0 -12l-12 12\" ",
              "stroke=\"currentColor\" stroke-width=\"2\"/>\n");
}

std::string axes(const Window& window) {
  std::string out = text("<rect x=\"", left, "\" y=\"", top, "\" width=\"", side, "\" height=\"", side,
                         "\" fill=\"none\" stroke=\"var(--line, #bbb)\"/>\n");
  for (const double tick : nice_ticks(window.x, window.x + window.size, 5))
    if (window.holds(tick, window.y))
      out += words(window.across(tick), top + side + 18, "middle", text(static_cast<float>(tick)));
  for (const double tick : nice_ticks(window.y, window.y + window.size, 5))
    if (window.holds(window.x, tick))
      out += words(left - 6, window.down(tick) + 4, "end", text(static_cast<float>(tick)));
  return out;
}

double dot(const Tensor& a, const Tensor& b) { return sum(a * b).item(); }

// The rows (2, d) made orthonormal, the first keeping its direction. Throws Error when they are parallel.
Tensor orthonormal(const Tensor& rows) {
  const Tensor first = slice(rows, 0, 0, 1), second = slice(rows, 0, 1, 2);
  const double length = std::sqrt(dot(first, first));
  require(length > 0, "plane: its first direction has no length");
  const Tensor u = first / length, rest = second - u * dot(u, second);
  const double height = std::sqrt(dot(rest, rest));
  require(height > 1e-9 * std::sqrt(dot(second, second)), "plane: its two directions are one");
  const Tensor v = rest / height;
  return pad(u, 0, 0, 1) + pad(v, 0, 1, 0);
}

// Turns each row around where its largest entry is negative.
Tensor with_positive_peaks(const Tensor& rows) {
  std::vector<double> values = rows.to_vector();
  const Index d = rows.dim(1);
  for (auto row = values.begin(); row != values.end(); row += d) {
    const auto smaller = [](double a, double b) { return std::abs(a) < std::abs(b); };
    if (*std::max_element(row, row + d, smaller) < 0)
      std::transform(row, row + d, row, [](double value) { return -value; });
  }
  return from(values, rows.shape(), Dtype::f64);
}

}  // namespace

std::string svg(const PlaneFigure& figure, Head& head) { return svg(figure, head, head); }

std::string svg(const PlaneFigure& figure, Module& network, const Head& head) {
  require(figure.features.dim(0) >= 1 && figure.features.dim(0) == std::ssize(figure.labels),
          "plane figure: ", figure.features.dim(0), " points and ", figure.labels.size(), " labels");
  const Tensor points = figure.plane.coordinates(figure.features);
  const Tensor centroids = figure.centroids.defined() ? figure.plane.coordinates(figure.centroids) : Tensor();
  const Window window = window_around(figure, points, centroids);
  return svg(Drawing{.width = 440,
                     .height = top + side + 26,
                     .left = left,
                     .title = figure.title,
                     .description = figure.description,
                     .content = ground(figure.plane, window, network, head) + dots(figure, points, window) +
                                axes(window) + apex_mark(figure, window) +
                                centroid_marks(figure, centroids, window),
                     .font_size = 12});
}

std::string class_colour(int label) {
  std::string out = "#";
  for (int shift = 20; shift >= 0; shift -= 4) out += "0123456789abcdef"[colour_of(label) >> shift & 15];
  return out;
}

std::string class_legend(const std::vector<std::string>& class_names) {
  std::string out = "<p class=\"legend\">";
  for (std::size_t k = 0; k < class_names.size(); ++k)
    out += "<span><i style=\"background:" + class_colour(static_cast<int>(k)) + "\"></i>" +
           html::escape(class_names[k]) + "</span> ";
  return out + "</p>\n";
}

Tensor FeaturePlane::coordinates(const Tensor& features) const {
  return matmul(features - origin, directions, {.b = true});
}

Tensor FeaturePlane::features(const Tensor& coordinates) const {
  return origin + matmul(coordinates, directions);
}

FeaturePlane whole_plane() { return {zeros({1, 2}, Dtype::f64), from({1, 0, 0, 1}, {2, 2}, Dtype::f64)}; }

FeaturePlane principal_plane(const Tensor& features) {
  require(features.rank() == 2 && features.dim(0) >= 1 && features.dim(1) >= 2, "plane: features ",
          features.shape(), " do not span one");
  const Tensor origin = mean(features, {0}, Dims::keep), centred = features - origin;
  std::vector<int> diagonal(features.dim(1));
  std::iota(diagonal.begin(), diagonal.end(), 0);
  // The identity gives directions to features that do not vary, and is too small to turn those that do.
  const Tensor identity = one_hot(diagonal, features.dim(1), Dtype::f64);
  const Tensor covariance =
      matmul(centred, centred, {.a = true}) + 1e-12 * (dot(centred, centred) + 1) * identity;
  return {origin, with_positive_peaks(transpose(slice(svd(covariance).u, 1, 0, 2)))};
}

FeaturePlane plane_through(const Tensor& points) {
  require(points.rank() == 2 && points.dim(0) == 3, "plane: through three points, not ", points.shape());
  const Tensor origin = slice(points, 0, 0, 1);
  return {origin, orthonormal(slice(points, 0, 1, 3) - origin)};
}

}  // namespace voronet
