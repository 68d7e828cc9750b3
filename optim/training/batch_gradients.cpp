#include <voronet/core/autograd.h>
#include <voronet/core/error.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/parallel.h>
#include <voronet/optim/training/batch_gradients.h>

#include <algorithm>

namespace voronet {
namespace {

// The sum of each element over the pieces, in their order, in one pass over memory.
Tensor added_up(const std::vector<BatchGradients>& pieces, std::size_t input) {
  const Tensor& first = pieces.front().gradients[input];
  const Tensor sum(first.shape(), first.dtype());
  visit(first.dtype(), [&](auto zero) {
    using T = decltype(zero);
    T* const to = sum.mutable_data<T>();
    parallel_for(first.size(), 1 << 13, [&](Index begin, Index end) {
      std::copy(first.data<T>() + begin, first.data<T>() + end, to + begin);
      for (std::size_t p = 1; p < pieces.size(); ++p) {
        const T* const more = pieces[p].gradients[input].data<T>();
        for (Index i = begin; i < end; ++i) to[i] += more[i];
      }
    });
  });
  return sum;
}

BatchGradients added_up(const std::vector<BatchGradients>& pieces) {
  BatchGradients sum{0, {}};
  for (const BatchGradients& piece : pieces) sum.loss += piece.loss;
  for (std::size_t i = 0; i < pieces.front().gradients.size(); ++i)
    sum.gradients.push_back(added_up(pieces, i));
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
  std::vector<BatchGradients> pieces(divide_up(n, size));
  parallel_for(n, size, [&](Index first, Index last) {
    const Tensor share = static_cast<double>(last - first) / static_cast<double>(n) * loss(first, last);
    pieces[first / size] = {share.item(), grad(share, inputs)};
  });
  BatchGradients sum = added_up(pieces);
  for (std::size_t i = inputs.size(); ready && i-- > 0;) ready(i, sum.gradients[i]);
  return sum;
}

}  // namespace voronet
