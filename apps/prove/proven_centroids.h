// What `voronet prove` finds out about centroids: of a network's images, those of its head.
#pragma once

#include <voronet/core/random.h>
#include <voronet/layers/heads/form.h>
#include <voronet/theory/check.h>
#include <voronet/theory/softmax_centroids.h>

#include <limits>
#include <optional>
#include <vector>

namespace voronet {

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

}  // namespace voronet
