#include <voronet/core/random.h>
#include <voronet/data/synthetic.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace voronet::data {
namespace {

using Point = std::array<double, 2>;
constexpr double turn = 2 * std::numbers::pi;

Point on_circle(double radius, double angle) { return {radius * std::cos(angle), radius * std::sin(angle)}; }

// A point of class k of `classes`, without noise.
Point moon(int k, int, Random& random) {
  const Point p = on_circle(1, random.uniform(0, turn / 2));
  return k == 0 ? p : Point{1 - p[0], 0.5 - p[1]};
}

Point spiral(int k, int classes, Random& random) {
  const double radius = random.uniform(0.05, 1);
  return on_circle(radius, turn * (1.5 * radius + static_cast<double>(k) / classes));
}

Point blob(int k, int classes, Random&) { return on_circle(1, turn * k / classes); }

struct Kind {
  std::string name;
  int classes;
  double noise;
  Point (*draw)(int k, int classes, Random& random);
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"moons", 2, 0.1, moon}, {"spirals", 2, 0.02, spiral}, {"blobs", 3, 0.15, blob}};
  return all;
}

}  // namespace

std::vector<std::string> synthetic_names() {
  std::vector<std::string> names;
  for (const Kind& kind : kinds()) names.push_back(kind.name);
  return names;
}

Dataset synthetic(const std::string& name, const SyntheticOptions& options) {
  const auto kind = std::ranges::find(kinds(), name, &Kind::name);
  require(kind != kinds().end(), "synthetic: there is no ", name, " among ", listed(synthetic_names()));
  const int classes = options.classes.value_or(kind->classes);
  const double noise = options.noise.value_or(kind->noise);
  require(classes >= 2 && (name != "moons" || classes == 2), name, ": not of ", classes, " classes, ",
          name == "moons" ? "moons are two" : "at least 2 are needed");
  require(options.points >= classes && options.points <= 10'000'000, name, ": ", options.points,
          " points of ", classes, " classes are too few or too many");
  require(noise >= 0 && std::isfinite(noise), name, ": noise ", noise, " is not a number, 0 or more");
  Random random(options.seed);
  std::vector<double> values;
  std::vector<int> labels;
  for (Index i = 0; i < options.points; ++i) {
    labels.push_back(static_cast<int>(i % classes));
    for (const double value : kind->draw(labels.back(), classes, random))
      values.push_back(std::round(1e6 * (value + noise * random.normal())) / 1e6 + 0.0);  // no -0
  }
  return points(name, from(values, {options.points, 2}, Dtype::f64), labels);
}

}  // namespace voronet::data
