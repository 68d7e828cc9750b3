// Attacks that climb the loss within a ball around the image: FGSM (Goodfellow, Shlens, Szegedy, "Explaining
// and Harnessing Adversarial Examples", ICLR 2015), projected gradient descent in the norms Linf and L2
// (Madry et al., "Towards Deep Learning Models Resistant to Adversarial Attacks", ICLR 2018), and in L1 with
// sparse steps (Tramer and Boneh, "Adversarial Training and Robustness for Multiple Perturbations", NeurIPS
// 2019, arXiv 1904.13000).
#pragma once

#include <voronet/attacks/gradient/gradient_attack.h>
#include <voronet/attacks/gradient/norm_balls.h>

#include <string>

namespace voronet {

// Far beyond what an image of values in [0, 1] can change by, and far from what floats cannot hold.
inline constexpr double largest_epsilon = 1e9;

struct ProjectedGradient {
  std::string name = "Projected gradient descent";  // in the threat model
  Norm norm = Norm::linf;
  double epsilon = 0.1;  // radius of the ball, in units of pixels in [0, 1]; up to largest_epsilon
  Index steps = 40;
  double step_size = 0.01;  // length of each step in the norm; likewise
  // Not Norm::l1, nor rules.only_result: steps with momentum .75, of 2 epsilon at first, then by StepHalving.
  // step_size does not matter.
  bool apgd = false;
  bool random_start = false;  // at a point drawn from the ball, from (seed, image index) alone
  // Runs of all steps. All but the first have a random start, drawn from (seed, image index, run), and leave
  // out images that have a confident flip, or one below tau that have any.
  Index restarts = 1;
  std::uint64_t seed = 0;
  // L1: a step changes the share 1 - sparsity of the values, those of the steepest slope.
  double sparsity = 0.99;
  // What is climbed (with a target: descended), of the network's dtype; null: cross-entropy on the logits.
  std::shared_ptr<Loss> loss = {};
  std::string loss_name = "cross-entropy on the logits";  // in the threat model
  GradientRules rules = {};
};

ProjectedGradient fgsm(double epsilon = 0.1);  // one step to the border
ProjectedGradient pgd_linf();                  // 0.1, 40 steps of 0.01
ProjectedGradient pgd_l2();                    // 0.1, 40 steps of 0.01
ProjectedGradient apgd_linf();                 // 0.1, 40 steps
ProjectedGradient apgd_l2();                   // 0.1, 40 steps
// 10, 40 steps of 1: a change of ten whole pixels of an image in black and white. Radius and sparsity are the
// paper's for MNIST.
ProjectedGradient sparse_l1();

// Each step goes to the steepest point of a ball of step_size, then back into the ball of epsilon and into
// [0, 1]. An L1 step passes over values that lie at the end of [0, 1] which it would leave. steps + 1 queries
// an image and run: each step asks for the answer beside the gradient, and the last image is asked about.
// Throws Error as attack_in_pieces does, and on options out of range.
std::vector<AttackRow> attack(const ProjectedGradient& options, Classifier& model, const data::Images& images,
                              std::span<const AttackJob> jobs);
// What the attacker knows and may do, and what is success, in words.
std::string threat_model(const ProjectedGradient& options);

}  // namespace voronet
