// What all gradient attacks are made of: batches of images, on all threads, and a loss to go by.
#pragma once

#include <voronet/attacks/gradient/batch_watch.h>
#include <voronet/layers/loss.h>

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace voronet {

// What gradient attacks have in common.
struct GradientRules {
  double tau = 0.1;  // see OnePixel
  // False: every image that the model is asked about is judged, and the best flip counts. True, as in the
  // published programs: only what an attack ends with.
  bool only_result = false;
};

// An attack on some images (n, h, w, c) in [0, 1], of the network's dtype. It counts and looks at its
// queries.
using AttackPiece =
    std::function<void(const Tensor& images, std::span<const AttackJob> jobs, BatchWatch& watch)>;

// Attacks all images, images[i] that of jobs[i], in pieces of 16 that run beside one another, with the
// model in evaluation mode. A row has the same bits for any number of threads; its last bits may depend on
// the images of its piece, since matrix products of other sizes may round otherwise. Throws Error as
// BatchWatch does.
std::vector<AttackRow> attack_in_pieces(Classifier& model, const data::Images& images,
                                        std::span<const AttackJob> jobs, double tau, std::uint64_t seed,
                                        const AttackPiece& attack);

// The gradient with 0 where it is not finite: where float arithmetic overflows, no direction is known.
Tensor finite_part(const Tensor& gradient);

// The class that each attack's loss is about, the target or else the label, and the sign of what the attack
// wants: -1 to lower a target's loss, 1 to raise the label's.
struct Aims {
  std::vector<int> classes;  // n
  Tensor signs;              // (n, 1, 1, 1)
};
Aims aims_of(std::span<const AttackJob> jobs, Dtype dtype);

// How gradient attacks' threat models begin: what the attacker may do.
std::string gradient_rules(const std::string& change, const GradientRules& rules);

}  // namespace voronet
