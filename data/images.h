// Images as the world keeps them: unsigned bytes, n x h x w x c, and data sets of labelled images or points.
#pragma once

#include <voronet/core/tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace voronet::data {

// `count` images of one size. Invariant: pixels.size() == count * image_size().
struct Images {
  Index count = 0, height = 0, width = 0;
  Index channels = 0;                // 1 gray, 3 RGB
  std::vector<std::uint8_t> pixels;  // row-major, n x h x w x c

  // Bytes of one image. Throws Error where no file could hold them.
  Index image_size() const { return Shape{height, width, channels}.size(); }

  // The pixels of image i, h x w x c. Throws Error unless i is in 0..count-1 and has its pixels.
  std::span<const std::uint8_t> image(Index i) const;
  std::span<std::uint8_t> image(Index i);

  // Copies of the chosen images, in that order; an index may repeat. Throws Error on one outside 0..count-1.
  Images select(std::span<const Index> indices) const;
};

// Throws Error unless the invariant holds.
void check_pixels(const Images& images);

// Images and one label for each.
struct LabelledImages {
  Images images;
  std::vector<int> labels;
};

// The two parts of a data set.
enum class Split { train, test };

// One part of a data set: images, or points (points.h). Invariant: one label for each, in 0..classes-1, and
// one name per class.
struct Dataset {
  std::string name;
  Images images;
  std::vector<int> labels;
  int classes = 0;
  std::vector<std::string> class_names;
  // What networks normalise by if nobody says otherwise: of pixels in 0..1, one for all channels or one each;
  // of points one for each of their values.
  std::vector<double> mean = {0.5}, deviation = {1};
  Tensor points = {};         // (n, d), f64: instead of images, which there then are none of
  bool open_classes = false;  // there may be more than the labels tell: see close_classes (picture_files.h)

  Index size() const { return points.defined() ? points.dim(0) : images.count; }  // points, or images
  const char* unit() const { return points.defined() ? "points" : "images"; }     // what they are, for people
  // Of what a network takes: (height, width, channels) of an image, (d) of a point.
  Shape input_shape() const;
  // The chosen ones as networks take them, in that order: to_tensor of the images, or the points (n, d).
  // Throws Error on an index outside 0..size()-1.
  Tensor inputs(std::span<const Index> chosen, Dtype dtype = Dtype::f32) const;
  // How many there are of each class.
  std::vector<Index> class_counts() const;
  // The same data set with only the chosen images or points and their labels (see Images::select). Throws
  // Error also where a chosen one has no label.
  Dataset select(std::span<const Index> indices) const;
};

// The images as a tensor (n, h, w, c) of values in 0..1 (pixel / 255): what networks take. Runs on the
// calling thread alone, so background threads may use it: it costs about as much as a copy. Throws Error
// unless the images' invariant holds.
Tensor to_tensor(const Images& images, Dtype dtype = Dtype::f32);
// Only the chosen images, in that order: (indices.size(), h, w, c). Throws Error as Images::image does.
Tensor to_tensor(const Images& images, std::span<const Index> indices, Dtype dtype = Dtype::f32);

}  // namespace voronet::data
