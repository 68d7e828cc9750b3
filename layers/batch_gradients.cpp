#include <voronet/core/autograd.h>
#include <voronet/core/error.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/parallel.h>
#include <voronet/layers/batch_gradients.h>

namespace voronet {
namespace {

BatchGradients added_up(const std::vector<BatchGradients>& pieces) {
  BatchGradients sum = pieces.front();
  const NoGrad scope;
  for (std::size_t p = 1; p < pieces.size(); ++p) {
    sum.loss += pieces[p].loss;
    for (std::size_t i = 0; i < sum.gradients.size(); ++i)
      sum.gradients[i] = sum.gradients[i] + pieces[p].gradients[i];
  }
  return sum;
}

}  // namespace

BatchGradients batch_gradients(Module& network, Index n, const PieceLoss& loss, const Tensors& inputs,
                               const std::function<void(std::size_t, const Tensor&)>& ready) {
  require(n >= 1, "batch_gradients: a batch of ", n, " images");
  const Index size = network.state().whole_batch ? n : std::min(images_a_piece, n);
  if (size == n) {
    const Tensor whole = loss(0, n);
    return {whole.item(), grad(whole, inputs, {.ready = ready})};
  }
  std::vector<BatchGradients> pieces((n + size - 1) / size);
  parallel_for(n, size, [&](Index first, Index last) {
    const Tensor share = static_cast<double>(last - first) / static_cast<double>(n) * loss(first, last);
    pieces[first / size] = {share.item(), grad(share, inputs)};
  });
  BatchGradients sum = added_up(pieces);
  for (std::size_t i = inputs.size(); ready && i-- > 0;) ready(i, sum.gradients[i]);
  return sum;
}

}  // namespace voronet
