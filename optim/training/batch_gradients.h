// Gradients of a batch cut by images: each piece goes through forward and backward on one thread, so that the
// threads of a training step meet once and not in every layer.
#pragma once

#include <voronet/layers/module.h>
#include <voronet/ranks/ranks.h>

#include <functional>

namespace voronet {

// Images a piece: few enough for four threads to share 128, and for the cache; enough to read weights seldom.
constexpr Index images_a_piece = 32;

// A recorded scalar loss of images first..last-1 of the batch, a mean over them. Several threads call it.
using PieceLoss = std::function<Tensor(Index first, Index last)>;

struct BatchGradients {
  double loss;        // the mean over the batch
  Tensors gradients;  // of the mean, one an input
};

// Loss and gradients of a batch of n >= 1 images, with respect to the inputs (see grad()). If the network can
// be cut by images (State::whole_batch), the batch is, and the pieces' gradients are added in their order:
// the same bits for any number of threads, other roundings than the whole batch has. Otherwise it is one
// piece, whose layers run on all threads. `ready` is called with each gradient as soon as it is that of the
// whole batch (see GradOptions). Throws Error for n < 1, and what loss and grad throw.
//
//   const auto loss = [&](Index first, Index last) {
//     const auto some = std::span(labels).subspan(first, last - first);
//     return cross_entropy(net(slice(images, 0, first, last)), some);
//   };
//   sgd.step(batch_gradients(net, images.dim(0), loss, net.parameters()).gradients);
BatchGradients batch_gradients(
    Module& network, Index n, const PieceLoss& loss, const Tensors& inputs,
    const std::function<void(std::size_t input, const Tensor& gradient)>& ready = {});

// batch_gradients() of this rank's n images, with the gradients added up over the ranks; all must call, and
// all get the same bits. Of a batch in one piece, what is finished is on its way to the others while the rest
// is computed. The loss is this rank's alone. Inputs are of one dtype.
BatchGradients batch_gradients_over(ranks::Team& team, Module& network, Index n, const PieceLoss& loss,
                                    const Tensors& inputs);

}  // namespace voronet
