#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/parallel.h>
#include <voronet/optim/training/batch_gradients.h>

#include <algorithm>
#include <deque>

namespace voronet {
namespace {

// The sum of each element over the pieces, in their order, in one pass over memory.
Tensor added_up(const std::vector<BatchGradients>& pieces, std::size_t input) {
  const Tensor& first = pieces.front().gradients[input];
  return filled(first.shape(), first.dtype(), [&]<class T>(T* to) {
    parallel_for(first.size(), 1 << 13, [&](Index begin, Index end) {
      std::copy(first.data<T>() + begin, first.data<T>() + end, to + begin);
      for (std::size_t p = 1; p < pieces.size(); ++p) {
        const T* const more = pieces[p].gradients[input].data<T>();
        for (Index i = begin; i < end; ++i) to[i] += more[i];
      }
    });
  });
}

BatchGradients added_up(const std::vector<BatchGradients>& pieces) {
  BatchGradients sum{0, {}};
  for (const BatchGradients& piece : pieces) sum.loss += piece.loss;
  for (std::size_t i = 0; i < pieces.front().gradients.size(); ++i)
    sum.gradients.push_back(added_up(pieces, i));
  return sum;
}

// Gradients travel together in messages of about a megabyte: large enough to take longer than their start,
// small enough that most are under way before the last is full.
constexpr std::size_t message_values = 1 << 18;

template <class T>
class GradientSum {
 public:
  explicit GradientSum(ranks::Team& team) : team_(team) {}

  void add(std::size_t input, const Tensor& gradient) {
    if (messages_.empty() || messages_.back().values.size() >= message_values) messages_.emplace_back();
    Message& message = messages_.back();
    message.inputs.push_back(input);
    const T* values = gradient.data<T>();
    message.values.insert(message.values.end(), values, values + gradient.size());
    if (message.values.size() >= message_values) team_.start_sum(std::span(message.values));
  }

  // Puts the sums in the gradients' place.
  void finish(Tensors& gradients) {
    if (!messages_.empty() && messages_.back().values.size() < message_values)
      team_.start_sum(std::span(messages_.back().values));
    team_.finish_sums();
    for (const auto& [inputs, values] : messages_) {
      auto next = values.begin();
      for (const std::size_t input : inputs) {
        Tensor& gradient = gradients[input];
        gradient = Tensor(gradient.shape(), gradient.dtype());
        std::copy_n(next, gradient.size(), gradient.mutable_data<T>());
        next += gradient.size();
      }
    }
  }

 private:
  struct Message {
    std::vector<std::size_t> inputs;  // whose gradients it holds, one behind the other
    std::vector<T> values;
  };

  ranks::Team& team_;
  std::deque<Message> messages_;
};

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

BatchGradients batch_gradients_over(ranks::Team& team, Module& network, Index n, const PieceLoss& loss,
                                    const Tensors& inputs) {
  if (team.size() == 1) return batch_gradients(network, n, loss, inputs);
  return visit(inputs.front().dtype(), [&]<class T>(T) {
    GradientSum<T> sum(team);
    const auto send = [&](std::size_t input, const Tensor& gradient) { sum.add(input, gradient); };
    BatchGradients result = batch_gradients(network, n, loss, inputs, send);
    sum.finish(result.gradients);
    return result;
  });
}

}  // namespace voronet
