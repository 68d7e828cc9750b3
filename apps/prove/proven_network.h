// What `voronet prove` finds out about one network: features, centroids, Lipschitz bounds and certificates on
// a data set, and the checks of all that. Tables, figures and pages only read it.
#pragma once

#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/cli/progress.h>
#include <voronet/core/random.h>
#include <voronet/data/images.h>
#include <voronet/layers/heads/form.h>
#include <voronet/ranks/ranks.h>
#include <voronet/theory/certificates.h>
#include <voronet/theory/check.h>
#include <voronet/theory/lipschitz.h>
#include <voronet/theory/scatter.h>
#include <voronet/theory/softmax_centroids.h>

#include <limits>
#include <optional>
#include <vector>

namespace voronet {

struct ProveOptions {
  Index images = 1000;  // the first ones, for everything that compares images or differentiates
  std::uint64_t seed = 0;
  bool spoil = false;  // moves one centroid, so that checks have something to find
  // Who prove together: they share features and Jacobians; all else is small, and every rank does it.
  ranks::Team* team = &ranks::alone();
};

// --images and --seed.
void add_prove_options(CLI::App& command, ProveOptions& options);

// All images of the data set, as the network sees them.
struct SeenImages {
  std::vector<int> labels = {}, predicted = {};
  Tensor features = {}, logits = {};  // (n, d) and (n, classes), f64
  Index correct = 0;
};

// The parts of cross-entropy (k_means.h), their means over the images with their own labels.
struct CrossEntropyMeans {
  double own = 0, mean = 0, variance = 0, entropy = 0;
  double sum() const { return own + mean + variance + entropy; }
};

// Of a softmax layer.
struct ProvenSoftmax {
  SoftmaxCentroids centroids;  // those of the theorem, at alpha = 1
  CrossEntropyMeans cross_entropy;
  double cheapest_flip;  // the least cost of moving an image to another class
  double shown_alpha;    // for which centroids spread like the features
};

struct ProvenCentroids {
  std::optional<ProvenSoftmax> softmax = {};
  Index not_nearest = 0;  // images whose predicted class is not that of the nearest centroid
  Tensor shown = {};  // (classes, d), as figures show them; undefined where each lies in a space of its own
  Tensor distances = {};  // (n, classes): the features' from them, lifted or in those spaces
  // Of the nearest class mean, means over these same features; NaN where a class has no image.
  double class_mean_accuracy = std::numeric_limits<double>::quiet_NaN();

  // Where a softmax layer's cells, which then all are cones, meet: (1, d); without bias the origin.
  std::optional<Tensor> cones_apex() const;
};

// spoil: the first class's centroid is moved first. Throws Error for a head without theorems.
ProvenCentroids prove_centroids(Checks& checks, const HeadForm& head, const SeenImages& images, bool spoil,
                                Random& random);

// In how many places two lists of one length differ.
Index differences(const std::vector<int>& a, const std::vector<int>& b);

// Lipschitz bounds, and all that is compared or differentiated: of the first images.
struct ProvenBounds {
  Scatter inputs = {}, features = {};
  double pair_ratio = 0;
  std::vector<double> jacobian_norms = {};
  Lipschitz apart = {}, fused = {};                      // the features' bounds: see Layers
  std::vector<double> radii = {}, one_pixel_radii = {};  // certified by the fused bound

  double largest_jacobian() const;
};

struct ProvenNetwork {
  std::string name;        // of the checkpoint
  std::string last_layer;  // softmax, gauss, duq, ddu or a program's own, as the checkpoint has it
  Classifier network;      // in f64, in evaluation mode; of DDU with its softmax layer, see prove_network

  Tensor plane_points = {};  // (n, 2), f64: all points of a data set in the plane; else undefined
  SeenImages images = {};
  std::optional<Index> gaussians_differ = {};  // of DDU: images whose class by its Gaussians is another
  ProvenCentroids centroids = {};
  ProvenBounds bounds = {};
  Checks checks = {};

  HeadForm form() const { return network.head().form(); }
  Index size() const { return std::ssize(images.labels); }  // the number of all images
  Index first() const { return std::ssize(bounds.radii); }  // of the first ones
  bool takes_images() const { return network.input_shape().rank() == 3; }
  Index dimension() const { return images.features.dim(1); }  // of the features
};

// A network that can be proven on this data set, ready for prove_network. Throws Error for a file that cannot
// be read or has no last layer, for a head that proofs know nothing of, for a single feature, for parameters
// that are not finite, and for images or points that do not fit.
ProvenNetwork load_provable(const CheckpointOptions& checkpoint, const data::Dataset& data);

// Fills in all the rest. Of a DDU network it proves the softmax layer that the network was trained with,
// which takes the place of the class Gaussians: these are no centroids. Throws Error when interrupted.
void prove_network(ProvenNetwork& proven, const data::Dataset& data, const ProveOptions& options,
                   Screen screen);

}  // namespace voronet
