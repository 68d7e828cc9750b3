// Gradients of a batch cut by images: each piece goes through forward and backward on one thread, so that the
// threads of a training step meet once and not in every layer.
#pragma once

#include <voronet/layers/module.h>

#include <functional>

namespace voronet {

// Images a piece: few enough that four threads share a batch of 128 and that a piece's activations stay in
// the cache, enough that weights are read seldom.
constexpr Index images_a_piece = 32;

// A scalar loss of images first..last-1 of the batch, a mean over them, recorded. Several threads call it at
// a time.
using PieceLoss = std::function<Tensor(Index first, Index last)>;

struct BatchGradients {
  double loss;        // the mean over the batch
  Tensors gradients;  // of the mean, one an input
};

// Loss and gradients of a batch of n >= 1 images, with respect to the inputs (see grad()). If the network can
// be cut by images (State::whole_batch), the batch is, and the pieces' gradients are added in their order:
// the result has the same bits for any number of threads, and differs from that of the whole batch in its
// rounding. Otherwise it is one piece, whose layers run on all threads. `ready` is called with each gradient
// as soon as it is that of the whole batch (see GradOptions). Throws Error for n < 1, and what loss and grad
// throw.
//
//   const auto loss = [&](Index first, Index last) {
//     const auto some = std::span(labels).subspan(first, last - first);
//     return cross_entropy(net(slice(images, 0, first, last)), some);
//   };
//   sgd.step(batch_gradients(net, images.dim(0), loss, net.parameters()).gradients);
BatchGradients batch_gradients(
    Module& network, Index n, const PieceLoss& loss, const Tensors& inputs,
    const std::function<void(std::size_t input, const Tensor& gradient)>& ready = {});

}  // namespace voronet
