// Certificates: what was shown of one gray image, so that a program that shares no code can check it
// (theory/check_certificate.py).
#pragma once

#include <voronet/attacks/proof/line_walk.h>
#include <voronet/data/images.h>

#include <optional>
#include <span>
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
  // That nothing in the domain flips the class. Of each pixel, in row-major order, ranges in order, which
  // hold all its values.
  std::vector<std::vector<CertifiedRange>> pixels;
  // Or that this does.
  std::optional<CertifiedFlip> flip;
};

// Of an image of which the walks along all its pixels, in row-major order, prove that nothing flips the
// class. None where the image as it is is too near a tie. Throws Error where the bounds say less than the
// walks.
std::optional<Certificate> certificate_of_none(const BoundPlan& plan, const data::Images& image, int label,
                                               Domain domain, std::span<const PixelWalk> walks);

// Of an image whose class a pixel with this value, in [0, 1], is proven to flip. Throws Error where its
// bounds do not say so.
Certificate certificate_of_flip(const BoundPlan& plan, const data::Images& image, int label, Domain domain,
                                Index row, Index column, double value);

}  // namespace voronet
