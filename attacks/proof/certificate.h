// What was shown of one image, for other code to check (theory/check_certificate.py).
#pragma once

#include <voronet/attacks/proof/places.h>
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

// Of all colours of a pixel, or all values of several gray ones: boxes in which bounds keep the class.
struct CertifiedBoxes {
  // How to cut the box of all: in each box that is cut, first the channel, or the pixel, which is halved
  // (ColourBox::halves), then what becomes of the darker half, then of the other; '.' for a box that is not
  // cut.
  std::string cuts = {};
  double margin = 0;  // the label's logit exceeds each other one by no less, in exact arithmetic
};

// Pixels that may all change at once.
struct CertifiedSet {
  Place pixels;
  CertifiedBoxes values;
};

// One change that flips the class.
struct CertifiedFlip {
  Place place;
  std::vector<double> values;  // of each channel of each pixel a byte, or a real in [0, 1]
  Rival rival;
};

struct Certificate {
  Domain domain = Domain::bytes;
  int label = 0;
  Index changed = 1;  // pixels
  // That nothing in the domain flips the class: of each pixel, row by row, ranges that hold all its values.
  std::vector<std::vector<CertifiedRange>> pixels = {};
  // Of an image of colours: of each pixel, row by row.
  std::vector<CertifiedBoxes> colours = {};
  // Of several pixels that change: sets, of which one holds any so many pixels.
  std::vector<CertifiedSet> sets = {};
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

// The same of so many pixels of a gray image that change, over the bytes.
std::optional<Certificate> certificate_of_sets(const ProvableNetwork& network, const data::Images& image,
                                               int label, Index pixels);

// That these values of the place's channels, in [0, 1], flip the image's class. None where bounds leave it
// open.
std::optional<Certificate> certificate_of_flip(const BoundPlan& plan, const data::Images& image, int label,
                                               Domain domain, Place place, std::vector<double> values);

}  // namespace voronet
