// Planes in the feature space R^d, and pictures on them: of a head, or of a network on the plane of its
// inputs, which class each point belongs to, how confident the head is there, where data and centroids lie.
#pragma once

#include <voronet/core/tensor.h>
#include <voronet/layers/heads/head.h>

#include <optional>
#include <string>
#include <vector>

namespace voronet {

// What a network says at a point of the plane is exact, since the point is a feature vector; data lie off the
// plane, and are seen where they are nearest to it: a projection. For d = 2 both are exact.
// All tensors are f64.
struct FeaturePlane {
  Tensor origin;      // (1, d)
  Tensor directions;  // (2, d), of length 1, at right angles

  // (n, d) -> (n, 2): of the plane's nearest points.
  Tensor coordinates(const Tensor& features) const;
  // (n, 2) -> (n, d).
  Tensor features(const Tensor& coordinates) const;
};

// All of R^2, with its own coordinates.
FeaturePlane whole_plane();

// Through the mean of the features (n, d), along the two directions in which they vary most (principal
// components). Each direction's largest entry is positive, so that the picture does not depend on chance.
// Throws Error unless d >= 2 and n >= 1.
FeaturePlane principal_plane(const Tensor& features);

// Through three points (3, d); the first direction leads to the second. Throws Error for points on a line.
FeaturePlane plane_through(const Tensor& points);

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
