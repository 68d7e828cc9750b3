// Lipschitz bounds of networks: L with |phi(x) - phi(x')| <= L |x - x'| for all images x, x', from the
// layers' norms (Euclidean lengths throughout).
//
// Layers one after another multiply: L = product of their norms. Values that are added, as in a residual
// block, add: L = L_branch + L_shortcut. The norms are
//   convolution, linear                    the largest singular value (operator_norm.h; of convolutions with
//                                          few inputs that of the dense matrix); biases do not matter
//   scale and shift                        the largest |scale|: batch-norm in evaluation mode has |g| /
//                                          sqrt(variance + eps), normalisation 1 / deviation
//   ReLU, flatten                          1
//   max-pool                               1 when windows do not overlap, else the root of the most windows
//                                          that an input is in: each output moves no more than the input of
//                                          its window that moves most
//   average pool of k x k                  1/k when windows do not overlap, and with that root as a factor
//   average of all h x w pixels            1 / sqrt(h w)
// Such products are loose, for they suppose that every layer's worst direction meets that of the next.
#pragma once

#include <voronet/layers/classifier.h>
#include <voronet/layers/plan/graph.h>
#include <voronet/theory/operator_norm.h>

#include <functional>
#include <string>
#include <vector>

namespace voronet {

// Three numbers of the same thing.
struct MapNorm {
  double estimate = 1;   // convolutions and linears by power iteration, from below: not a bound, but near one
  double bound = 1;      // rigorous, from above
  double one_pixel = 1;  // the bound for images that differ in one pixel: the first convolution's norm is
                         // replaced by one_pixel_norm_bound. As `bound` where a network does not begin with a
                         // convolution (scales and shifts may stand before it)
};

// A row of the table: a step of the network's plan (layers/plan/graph.h).
struct LipschitzStep {
  std::string name;     // of the layer whose weight it has, "embed.conv1"; "" for steps without one
  std::string kind;     // "convolution 5x5", "max pool 2x2", "add", ...
  Shape input, output;  // of one image
  MapNorm norm;         // of this step by itself; of "add": 1, what it does to each of the two
  MapNorm up_to_here;   // of all that is computed from the image up to its output
};

struct Lipschitz {
  std::vector<LipschitzStep> steps;
  MapNorm total;  // from images to the output
};

// Called after each step, with how many there are.
using LipschitzProgress = std::function<void(Index done, Index of)>;

// Of what a graph computes. Throws Error when it has steps that do not describe themselves, or a Gauss head
// (whose logits have no Lipschitz bound: they are squares of distances), or weights that are not finite.
Lipschitz lipschitz(const PlanGraph& graph, const PowerOptions& options = {},
                    const LipschitzProgress& progress = {});

// How a classifier's layers are taken.
enum class Layers {
  apart,  // each by itself
  fused,  // batch-norm and normalisation multiplied into the convolution or linear beside them: a smaller
          // bound, since one channel's large scale need not meet the convolution's worst direction
};

// From images in [0, 1] to the features, in evaluation mode. Logits: times the norm of softmax's weight.
Lipschitz feature_lipschitz(Classifier& network, Layers layers = Layers::apart,
                            const PowerOptions& options = {}, const LipschitzProgress& progress = {});

}  // namespace voronet
