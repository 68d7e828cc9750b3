// What an attack on one image found: plain data for tables, files and summaries.
#pragma once

#include <voronet/attacks/proof/proof.h>
#include <voronet/data/images.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace voronet {

struct PixelChange {
  Index row = 0, column = 0;
  std::vector<std::uint8_t> before, after;  // one value a channel

  friend bool operator==(const PixelChange&, const PixelChange&) = default;
};

// One pixel of a gray image: how many of its 255 other values flip the class, and with confidence.
struct WeakPixel {
  Index row = 0, column = 0;
  Index adversarial = 0, adversarial_confident = 0;

  friend bool operator==(const WeakPixel&, const WeakPixel&) = default;
};

// What an exhaustive search counts: (position, value) pairs that flip the class.
struct Census {
  std::vector<WeakPixel> weak_pixels;  // those with an adversarial value, in row-major order

  Index adversarial() const;            // pairs, in all
  Index adversarial_confident() const;  // those that flip with confidence

  friend bool operator==(const Census&, const Census&) = default;
};

// What an attack that may change every pixel a little did to an image: an image of numbers, not of bytes. The
// norms are of the difference to the image before, in units of pixels in [0, 1].
struct Perturbation {
  std::vector<float> image;  // after: h x w x c, in [0, 1]
  double linf = 0, l2 = 0, l1 = 0;
  Index l0 = 0;  // values that differ

  friend bool operator==(const Perturbation&, const Perturbation&) = default;
};

// `after` beside the image before, (1, h, w, c) or (h, w, c), rounded to floats like it.
Perturbation perturbation(const Tensor& before, std::vector<float> after);

// One attack to make.
struct AttackJob {
  Index index = 0;                 // of the image in its data set
  int label = 0;                   // its class, which the model gives it
  std::optional<int> target = {};  // the class to reach; none: any but the label
};

// Everything here repeats exactly under the same model, options and seed: time is kept elsewhere.
struct AttackRow {
  Index index = 0;            // of the image in its data set
  int label = 0;              // true class, which the model gave the image before
  std::optional<int> target;  // the class to reach; none: any but the label
  std::uint64_t seed = 0;

  // Images that the search asked the model about. The clean image and the final verification don't count.
  Index queries = 0;
  // Queries up to and including the first flip (the class changed; targeted: became the target) and the first
  // confident flip (see OnePixel::tau); 0: there was none.
  Index first_flip = 0, first_confident_flip = 0;

  // The best flip found, which is confident if one was; without a flip there are no changes, `predicted` is
  // the label and the confidences are those before. Verified on the changed image alone.
  std::vector<PixelChange> pixels;           // in row-major order, only pixels that differ
  std::optional<Perturbation> perturbation;  // of a gradient attack's flip, in place of pixels
  int predicted = 0;
  std::vector<double> confidences_before, confidences_after;  // of every class

  std::optional<Census> census;  // if asked for (see Exact)
  std::optional<Proof> proof;    // of methods that prove (see Exact)

  bool flip() const { return first_flip > 0; }                      // the class changed
  bool confident_flip() const { return first_confident_flip > 0; }  // with confidence

  friend bool operator==(const AttackRow&, const AttackRow&) = default;
};

// The row of an attack that has yet to begin; seed 0 where nothing is random.
AttackRow row_of(const AttackJob& job, std::uint64_t seed = 0);

// The pixels in which `after`, the bytes of an image of the same size, differs from the first image of
// `before`, in row-major order.
std::vector<PixelChange> changes_between(const data::Images& before, std::span<const std::uint8_t> after);

// Writes the changes into an image, h x w x c, of `width` columns.
void apply(std::span<const PixelChange> changes, std::span<std::uint8_t> image, Index width);

}  // namespace voronet
