// The attack of Carlini and Wagner in the norm L2 ("Towards Evaluating the Robustness of Neural Networks",
// IEEE S&P 2017, section VI): the smallest change that gives another class a margin over the label.
#pragma once

#include <voronet/attacks/gradient/gradient_attack.h>

#include <string>

namespace voronet {

struct CarliniWagner {
  Index iterations = 100;  // of Adam, in each round
  // How much larger the new class's logit must be than the label's (targeted: than all others). ln 5, as
  // published for the networks here: five times the confidence.
  double margin = 1.6094379124341003;
  // Rounds of the search for the weight c of the margin against the distance: first c is ten times larger in
  // each until it succeeds, then halfway between the last that failed and the last that succeeded.
  Index rounds = 9;
  double first_weight = 1e-3;
  double rate = 0.01;  // of Adam, with beta .9 and .999
  GradientRules rules = {};
};

// Goes by the logits alone, in the variable w of images (1 + tanh w) / 2, which stay within [0, 1]; each
// round starts at the clean image. Its result is the nearest image with the margin; if every image on the way
// is judged, the nearest confident flip, or without one the nearest flip. rounds x iterations queries an
// image. Unlike the paper's program it ends no round early. Throws Error as attack_in_pieces does, and on
// options out of range.
std::vector<AttackRow> attack(const CarliniWagner& options, Classifier& model, const data::Images& images,
                              std::span<const AttackJob> jobs);
// What the attacker knows and may do, and what is success, in words.
std::string threat_model(const CarliniWagner& options);

}  // namespace voronet
