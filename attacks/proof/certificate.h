// What was shown of one image, for other code to check (theory/check_certificate.py).
#pragma once

#include <voronet/attacks/proof/provable_network.h>
#include <voronet/data/images.h>

#include <optional>
#include <string>
#include <vector>

namespace voronet {

// Values of a pixel for which bounds of all of them at once keep the class.
struct CertifiedRange {
  double from, to;  // both included: bytes, or reals in [0, 1]
  Rival rival;
};

// Of all colours of a pixel: boxes in which bounds keep the class.
struct CertifiedColours {
  // How to cut the box of all colours: in each box that is cut, first the channel, which is halved
  // (ColourBox:: halves), then what becomes of the darker half, then of the other; '.' for a box that is not
  // cut.
  std::string cuts = {};
  double margin = 0;  // the label's logit exceeds each other one by no less, in exact arithmetic
};

// One change that flips the class.
struct CertifiedFlip {
  Index row, column;
  std::vector<double> values;  // of each channel a byte, or a real in [0, 1]
  Rival rival;
};

struct Certificate {
  Domain domain = Domain::bytes;
  int label = 0;
  // That nothing in the domain flips the class: of each pixel, row by row, ranges that hold all its values.
  std::vector<std::vector<CertifiedRange>> pixels = {};
  // Of an image of colours: of each pixel, row by row.
  std::vector<CertifiedColours> colours = {};
  // Or that this does.
  std::optional<CertifiedFlip> flip = {};
};

// That nothing flips the class of a gray image. None where bounds leave it open, as where the image itself is
// too near a tie.
std::optional<Certificate> certificate_of_none(const BoundPlan& plan, const data::Images& image, int label,
                                               Domain domain);

// The same of an image of colours, over the bytes.
std::optional<Certificate> certificate_of_colours(const ProvableNetwork& network, const data::Images& image,
                                                  int label);

// That these values of a pixel's channels, in [0, 1], flip the image's class. None where bounds leave it
// open.
std::optional<Certificate> certificate_of_flip(const BoundPlan& plan, const data::Images& image, int label,
                                               Domain domain, Index row, Index column,
                                               std::vector<double> values);

}  // namespace voronet
