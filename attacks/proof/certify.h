// Certificates against one-pixel attacks: what every value of every pixel does, by bounds alone.
#pragma once

#include <voronet/attacks/attacked_model.h>
#include <voronet/attacks/pixel/flip_watch.h>
#include <voronet/attacks/proof/certificate.h>
#include <voronet/attacks/proof/provable_network.h>

#include <functional>
#include <memory>
#include <string>

namespace voronet {

struct Certify {
  std::shared_ptr<const ProvableNetwork> network;  // of the model that is attacked
  double tau = 0.1;                                // see OnePixel
  Domain domain = Domain::bytes;
  // Of a gray image that is decided: nothing flips it, or a change is proven to. Called by several threads at
  // a time, for one image each.
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

// See threat_model in one_pixel.h.
std::string threat_model(const Certify& options);

}  // namespace voronet
