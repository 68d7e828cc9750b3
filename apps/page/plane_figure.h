// Pictures of a head on a plane of its feature space, or of a network on the plane of its inputs: which class
// each point belongs to, how confident the head is there, and where the data and the centroids lie.
#pragma once

#include <voronet/apps/page/feature_plane.h>
#include <voronet/layers/heads/head.h>

#include <optional>
#include <string>
#include <vector>

namespace voronet {

struct PlaneFigure {
  std::string title, description;  // plain text; the description is for those who do not see the picture
  FeaturePlane plane;
  Tensor features;          // (n, d), f64: points that are shown, features or inputs
  std::vector<int> labels;  // n, which colour they get
  Tensor centroids = {};    // (classes, d), f64, or undefined: marked and named
  std::vector<std::string> class_names = {};
  std::vector<int> only = {};                          // classes whose centroids are marked; empty: all
  std::optional<std::pair<double, double>> apex = {};  // of the cones, in the plane's coordinates
};

// As SVG, 440 units wide, in the page's colours. Each point of the ground has the colour of the class that
// the head gives it, the stronger the more confident. The window holds the centroids that are marked and all
// points but the outermost hundredth. head takes (n, d) in f64.
std::string svg(const PlaneFigure& figure, Head& head);
// The same for what a network makes of its inputs (n, d), in f64, whose logits are such as the head's.
std::string svg(const PlaneFigure& figure, Module& network, const Head& head);

// The colour of a class, "#4e79a7"; ten, which then repeat.
std::string class_colour(int label);
// Which class has which, as HTML.
std::string class_legend(const std::vector<std::string>& class_names);

}  // namespace voronet
