// What was shown of one image, for other code to check (theory/check_certificate.py).
#pragma once

#include <voronet/attacks/attack_row.h>
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

// Of what a row of so many changed pixels says: that its flip, or one by a real value, flips the class, or
// that nothing does, if it is certified. None where bounds leave that open, as where the image itself is too
// near a tie.
std::optional<Certificate> certificate_of(const ProvableNetwork& network, const data::Images& image,
                                          const AttackRow& row, Index pixels);

}  // namespace voronet
