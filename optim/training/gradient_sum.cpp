#include <voronet/core/autograd.h>
#include <voronet/optim/training/gradient_sum.h>

#include <algorithm>
#include <deque>

namespace voronet {
namespace {

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

BatchGradients batch_gradients_over(ranks::Team& team, Module& network, Index n, const PieceLoss& loss,
                                    const Tensors& inputs) {
  if (team.size() == 1) return batch_gradients(network, n, loss, inputs);
  return visit(inputs.front().dtype(), [&](auto zero) {
    GradientSum<decltype(zero)> sum(team);
    const auto send = [&](std::size_t input, const Tensor& gradient) { sum.add(input, gradient); };
    BatchGradients result = batch_gradients(network, n, loss, inputs, send);
    sum.finish(result.gradients);
    return result;
  });
}

}  // namespace voronet
