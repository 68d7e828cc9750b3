// What was shown of one gray image, for other code to check (theory/check_certificate.py).
#pragma once

#include <voronet/attacks/proof/provable_network.h>
#include <voronet/data/images.h>

#include <optional>
#include <vector>

namespace voronet {

// Values of a pixel for which bounds of all of them at once keep the class.
struct CertifiedRange {
  double from, to;  // both included: bytes, or reals in [0, 1]
  Rival rival;
};

// One change that flips the class.
struct CertifiedFlip {
  Index row, column;
  double value;  // a byte, or a real in [0, 1]
  Rival rival;
};

struct Certificate {
  Domain domain = Domain::bytes;
  int label = 0;
  // That nothing in the domain flips the class: of each pixel, row by row, ranges that hold all its values.
  std::vector<std::vector<CertifiedRange>> pixels;
  // Or that this does.
  std::optional<CertifiedFlip> flip;
};

// That nothing flips the class of a gray image. None where bounds leave it open, as where the image itself is
// too near a tie.
std::optional<Certificate> certificate_of_none(const BoundPlan& plan, const data::Images& image, int label,
                                               Domain domain);

// That this value of a pixel of a gray image, in [0, 1], flips its class. None where bounds leave it open.
std::optional<Certificate> certificate_of_flip(const BoundPlan& plan, const data::Images& image, int label,
                                               Domain domain, Index row, Index column, double value);

}  // namespace voronet
