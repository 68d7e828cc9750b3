#include <voronet/apps/page/html.h>
#include <voronet/apps/page/plane_figure.h>
#include <voronet/apps/page/plot.h>
#include <voronet/apps/prove/page.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/indexing.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/theory/distances.h>

#include <algorithm>
#include <limits>

namespace voronet {
namespace {

constexpr Index most_points = 1000;  // more would hide one another
constexpr int bins = 40;

Tensor first_rows(const Tensor& rows, Index n) { return slice(rows, 0, 0, std::min(n, rows.dim(0))); }

// The three centroids with the shortest way around them, if any three do not lie on a line.
std::vector<int> nearest_three(const Tensor& centroids) {
  const int classes = static_cast<int>(centroids.dim(0));
  const Tensor apart = distances(centroids, centroids);
  double shortest = std::numeric_limits<double>::infinity();
  std::vector<int> three;
  for (int a = 0; a < classes; ++a)
    for (int b = a + 1; b < classes; ++b)
      for (int c = b + 1; c < classes; ++c) {
        const double ab = apart.at(a * classes + b), bc = apart.at(b * classes + c),
                     ac = apart.at(a * classes + c), around = ab + bc + ac;
        const bool on_a_line = around - 2 * std::max({ab, bc, ac}) < 1e-9 * around;
        if (around < shortest && !on_a_line) {
          shortest = around;
          three = {a, b, c};
        }
      }
  return three;
}

// The plane of the points themselves, with the network's cells, which its layers have bent.
std::string input_plane_figure(ProvenNetwork& network, const std::vector<std::string>& class_names) {
  const Tensor points = first_rows(network.plane_points, most_points);
  PlaneFigure figure{network.name + ": input space", "", whole_plane(), points, {}};
  figure.labels.assign(network.images.labels.begin(), network.images.labels.begin() + points.dim(0));
  figure.class_names = class_names;
  figure.description =
      text("Classes by colour, the stronger the more confident; ", points.dim(0), " points as dots.");
  return svg(figure, network.network, network.network.head());
}

PlaneFigure figure_of(const ProvenNetwork& network, const std::string& what, const FeaturePlane& plane,
                      const std::vector<std::string>& class_names) {
  PlaneFigure figure{
      network.name + ": " + what, "", plane, first_rows(network.images.features, most_points), {}};
  figure.labels.assign(network.images.labels.begin(), network.images.labels.begin() + figure.features.dim(0));
  figure.centroids = network.centroids.shown;
  figure.class_names = class_names;
  figure.description = text("Classes by colour, the stronger the more confident; ", figure.labels.size(),
                            " features as dots", figure.centroids.defined() ? ", centroids as rings." : ".");
  return figure;
}

std::string whole_plane_figure(ProvenNetwork& network, const std::vector<std::string>& class_names) {
  PlaneFigure figure = figure_of(network, "feature space", whole_plane(), class_names);
  if (const auto apex = network.centroids.cones_apex()) figure.apex = {apex->at(0), apex->at(1)};
  return svg(figure, network.network.head());
}

std::string three_centroids_figure(ProvenNetwork& network, const std::vector<std::string>& class_names) {
  const std::vector<int> three = nearest_three(network.centroids.shown);
  if (three.empty()) return "";
  PlaneFigure figure = figure_of(network, "through three centroids",
                                 plane_through(rows(network.centroids.shown, three)), class_names);
  figure.only = three;
  std::vector<int> members;  // points of other classes would lie in front of cells that they are far from
  for (Index i = 0; i < std::ssize(network.images.labels) && std::ssize(members) < most_points; ++i)
    if (std::ranges::find(three, network.images.labels[i]) != three.end())
      members.push_back(static_cast<int>(i));
  if (members.empty()) return "";
  figure.features = rows(network.images.features, members);
  figure.labels.clear();
  for (const int i : members) figure.labels.push_back(network.images.labels[i]);
  return svg(figure, network.network.head());
}

std::string principal_figure(ProvenNetwork& network, const std::vector<std::string>& class_names) {
  const PlaneFigure figure =
      figure_of(network, "principal components", principal_plane(network.images.features), class_names);
  return svg(figure, network.network.head());
}

// Distances of the features from their own centroid and from the nearest other one.
std::vector<Sample> distance_samples(const ProvenNetwork& network) {
  const Index classes = network.centroids.distances.dim(1);
  Sample own{"own centroid", {}}, other{"nearest other", {}};
  for (Index i = 0; i < network.centroids.distances.dim(0); ++i) {
    double nearest = std::numeric_limits<double>::infinity();
    for (Index k = 0; k < classes; ++k) {
      const double distance = network.centroids.distances.at(i * classes + k);
      if (k == network.images.labels[i])
        own.values.push_back(distance);
      else
        nearest = std::min(nearest, distance);
    }
    other.values.push_back(nearest);
  }
  return {own, other};
}

// The mean of the largest confidence over the features, each taken s times.
double confidence_at(Head& head, const Tensor& features, double s) {
  const NoGrad scope;
  return mean(max(head.confidences(head(features * s)), 1)).item();
}

}  // namespace

std::string plane_figures(ProvenNetworks& networks, const std::vector<std::string>& class_names) {
  std::vector<std::string> figures;
  for (ProvenNetwork& network : networks) {
    if (network.plane_points.defined()) figures.push_back(input_plane_figure(network, class_names));
    if (network.dimension() == 2) {
      figures.push_back(whole_plane_figure(network, class_names));
    } else {
      if (network.centroids.shown.defined()) figures.push_back(three_centroids_figure(network, class_names));
      figures.push_back(principal_figure(network, class_names));
    }
  }
  return class_legend(class_names) + html::side_by_side(figures);
}

std::string distance_figures(const ProvenNetworks& networks) {
  std::vector<std::string> figures;
  for (const ProvenNetwork& network : networks)
    figures.push_back(svg(Plot{network.name + ": distances from centroids", "distance", "inputs",
                               histograms(distance_samples(network), bins)}));
  return html::side_by_side(figures);
}

std::string ray_figure(ProvenNetworks& networks) {
  Plot plot{"Confidence along rays from the origin", "times the feature", "mean confidence", {}};
  for (ProvenNetwork& network : networks) {
    const Tensor features = first_rows(network.images.features, most_points);
    Series series{network.name, {}, {}};
    for (int step = 0; step <= 80; ++step) {
      series.x.push_back(0.1 * step);
      series.y.push_back(confidence_at(network.network.head(), features, series.x.back()));
    }
    plot.series.push_back(std::move(series));
  }
  return html::side_by_side({svg(plot)});
}

}  // namespace voronet
