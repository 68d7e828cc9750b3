// What `voronet prove` finds out about one network: features, centroids, Lipschitz bounds and certificates on
// a data set, and the checks of all that. Tables, figures and pages only read it.
#pragma once

#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/cli/progress.h>
#include <voronet/data/images.h>
#include <voronet/ranks/ranks.h>
#include <voronet/theory/certificates.h>
#include <voronet/theory/check.h>
#include <voronet/theory/k_means.h>
#include <voronet/theory/lipschitz.h>
#include <voronet/theory/scatter.h>

#include <limits>
#include <optional>

namespace voronet {

struct ProveOptions {
  Index images = 1000;  // the first ones, for everything that compares images or differentiates
  std::uint64_t seed = 0;
  bool spoil = false;  // moves one centroid, so that checks have something to find
  // Who prove together: features and Jacobians are each rank's for a part of the images, then everyone's; all
  // else is small, and every rank does it.
  ranks::Team* team = &ranks::alone();
};

// --images and --seed.
void add_prove_options(CLI::App& command, ProveOptions& options);

// The parts of cross-entropy (k_means.h), their means over the images with their own labels.
struct CrossEntropyMeans {
  double own = 0, mean = 0, variance = 0, entropy = 0;
  double sum() const { return own + mean + variance + entropy; }
};

struct ProvenNetwork {
  std::string name;        // of the checkpoint
  std::string last_layer;  // softmax, gauss, duq or ddu, as the checkpoint has it
  Classifier network;      // in f64, in evaluation mode; of DDU with its softmax layer, see load_provable

  Tensor plane_points = {};  // (n, 2), f64: all points of a data set in the plane; else undefined

  // Of all images of the data set, or of its points.
  std::vector<int> labels = {}, predicted = {};
  Tensor features = {}, logits = {};  // (n, d) and (n, classes), f64
  Index correct = 0;
  std::optional<Index> gaussians_differ = {};  // of DDU: images whose class by its Gaussians is another

  // Centroids: of a softmax head those of the theorem, at alpha = 1; a Gauss or DUQ head's own.
  std::optional<SoftmaxCentroids> softmax = {};
  CrossEntropyMeans cross_entropy = {};  // of a softmax head
  Index not_nearest = 0;                 // images whose predicted class is not that of the nearest centroid
  double cheapest_flip = 0;  // of a softmax head: the least cost of moving an image to another class
  // Of the nearest class mean, means over these same features; NaN where a class has no image.
  double class_mean_accuracy = std::numeric_limits<double>::quiet_NaN();

  // Centroids as figures show them: a softmax head's at an alpha for which they spread like the features.
  double shown_alpha = 0;          // 0 for a Gauss or DUQ head
  Tensor shown_centroids = {};     // (classes, d); undefined for a DUQ head, whose lie in a space each
  Tensor centroid_distances = {};  // (n, classes): the features' from them, lifted or in those spaces

  // Of the first images.
  Scatter input_scatter = {}, feature_scatter = {};
  double pair_ratio = 0;
  std::vector<double> jacobian_norms = {};
  Lipschitz apart = {}, fused = {};                      // the features' bounds: see Layers
  std::vector<double> radii = {}, one_pixel_radii = {};  // certified by the fused bound

  Checks checks = {};

  const Head& head() const { return network.head(); }
  double largest_jacobian() const;
  // Where a softmax head's cells, which then all are cones, meet: (1, d); without bias the origin.
  std::optional<Tensor> cones_apex() const;
  Index size() const { return std::ssize(labels); }  // the number of all images
  Index first() const { return std::ssize(radii); }  // of the first ones
};

// A network that can be proven on this data set, before anything is: ready for prove_network. Throws Error,
// in one line, for a file that cannot be read or has no last layer, for a single feature, for parameters that
// are not finite, and for images or points that do not fit.
ProvenNetwork load_provable(const CheckpointOptions& checkpoint, const data::Dataset& data);

// Fills in all the rest. Of a DDU network it proves the softmax layer that the network was trained with,
// which takes the place of the class Gaussians: these are no centroids, since each has its own covariance.
// Throws Error when interrupted.
void prove_network(ProvenNetwork& proven, const data::Dataset& data, const ProveOptions& options,
                   Screen screen);

}  // namespace voronet
