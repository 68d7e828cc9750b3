// Certificates against one-pixel attacks: what every value of every pixel does, by bounds alone; and what was
// shown of one gray image, for other code to check (theory/check_certificate.py).
#pragma once

#include <voronet/attacks/attacked_model.h>
#include <voronet/attacks/pixel/flip_watch.h>
#include <voronet/attacks/proof/line_walk.h>
#include <voronet/attacks/proof/provable_network.h>
#include <voronet/data/images.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
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

// Of an image of which the walks along all its pixels, in row-major order, prove that nothing flips the
// class. None where the image itself is too near a tie. Throws Error where bounds say less.
std::optional<Certificate> certificate_of_none(const BoundPlan& plan, const data::Images& image, int label,
                                               Domain domain, std::span<const PixelWalk> walks);

// Of an image whose class this value of a pixel, in [0, 1], flips. Throws Error where bounds do not say so.
Certificate certificate_of_flip(const BoundPlan& plan, const data::Images& image, int label, Domain domain,
                                Index row, Index column, double value);

struct Certify {
  std::shared_ptr<const ProvableNetwork> network;  // of the model that is attacked
  double tau = 0.1;                                // see OnePixel
  Domain domain = Domain::bytes;
  // Of a gray image that is decided. Called by several threads at a time, for one image each.
  std::function<void(const Certificate&, const data::Images& image, Index index)> keep_certificate{};
};

// The row holds a proof: that no value in the domain, of any pixel, flips the class, whoever evaluates the
// network in floats (layers/plan/rounding.h); what is too near a tie for these is not certified.
//
// A pixel of a gray image is walked along its values (walk_line), and those bytes that its ranges do not
// decide are judged one by one. All bytes that may flip are asked of the model, and make an exact census; the
// row's pixels and confidences are of the best flip among them. Over the reals, the proof has all ranges of
// values that flip, and the middle of each is confirmed by a forward in double. Pixels of colour images are
// bounded over the box of all their values, and stay open where that does not decide.
//
// Nothing is random: the row's seed is 0. Throws Error for a target, for a colour image over the reals, as
// FlipWatch does, and when the model contradicts the proof, which says where.
AttackRow attack(const Certify& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target = {});
std::string threat_model(const Certify& options);

}  // namespace voronet
