#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/loss.h>

#include <map>

namespace voronet {
namespace {

void check(const Tensor& logits, std::span<const int> labels) {
  require(logits.rank() == 2 && logits.dim(0) == static_cast<Index>(labels.size()) && !labels.empty(),
          "loss: logits ", logits.shape(), " do not match ", labels.size(), " labels");
}

// The value in each label's column, (n).
Tensor at_label(const Tensor& logits, std::span<const int> labels) {
  return gather(logits, at_labels(labels, logits.dim(1)), {logits.dim(0)});
}

Tensor targets(const Tensor& logits, std::span<const int> labels) {
  check(logits, labels);
  return one_hot(labels, logits.dim(1), logits.dtype());
}

// The mean over everything, of probabilities that are told by their logarithms.
Tensor binary_cross_entropy(const Tensor& log_probabilities, const Tensor& y) {
  // A point on a centroid has probability 1, whose complement has no logarithm.
  const Tensor complement = clamp(1 - exp(log_probabilities), 1e-8, 1);
  return -mean(y * log_probabilities + (1 - y) * log(complement));
}

}  // namespace

std::vector<State::Entry> Loss::parameters() {
  State state;
  describe(state);
  return std::move(state.parameters);
}

Tensor cross_entropy(const Tensor& logits, std::span<const int> labels) {
  check(logits, labels);
  return -mean(at_label(log_softmax(logits), labels));
}

Tensor SoftmaxLoss::operator()(const Tensor& logits, std::span<const int> labels) {
  return cross_entropy(logits, labels);
}

Tensor TailoredLoss::operator()(const Tensor& logits, std::span<const int> labels) {
  const Tensor y = targets(logits, labels);
  Tensor total = scalar(0, logits.dtype());
  for (const auto& [scale, weight] : terms_) total = total + weight * mean(square(exp(scale * logits) - y));
  return total;
}

BceLoss::BceLoss(Index classes, Dtype dtype) : gamma2(variable(full({classes}, 0.9, dtype))) {}

void BceLoss::describe(State& state) { state.parameter("gamma2", gamma2, {.low = 0.1, .high = 0.9}); }

Tensor BceLoss::operator()(const Tensor& logits, std::span<const int> labels) {
  const Tensor y = targets(logits, labels);
  return binary_cross_entropy(gamma2 * logits, y) - mean(y * logits);
}

CeLoss::CeLoss(Index classes, Dtype dtype) : delta(variable(full({classes}, 0.9, dtype))) {}

void CeLoss::describe(State& state) { state.parameter("delta", delta, {.low = 0.001, .high = 0.9}); }

Tensor CeLoss::operator()(const Tensor& logits, std::span<const int> labels) {
  const Tensor y = targets(logits, labels);
  const Tensor others_weakened = y * logits + delta * (1 - y) * logits;
  return cross_entropy(others_weakened, labels) - mean(at_label(delta * logits, labels));
}

Tensor DuqLoss::operator()(const Tensor& logits, std::span<const int> labels) {
  return binary_cross_entropy(logits, targets(logits, labels));
}

std::unique_ptr<Loss> make_loss(const std::string& name, Index classes, Dtype dtype) {
  static const std::map<std::string, std::vector<TailoredLoss::Term>> tailored = {
      {"tailored-2020", {{1.0 / 16, 1}, {1.0 / 4, .95}, {1, .68}, {4, .38}}},
      {"tailored-2020-cifar100", {{1.0 / 4, .95}, {1, .68}, {4, .38}}},
      {"tailored-2020-07", {{1.0 / 32, 1}, {1, 1}}},
      {"tailored-2020-07-cifar100", {{1.0 / 16, 1}, {1, 1}}},
  };
  if (name == "softmax") return std::make_unique<SoftmaxLoss>();
  if (name == "bce-2022") return std::make_unique<BceLoss>(classes, dtype);
  if (name == "ce-2022") return std::make_unique<CeLoss>(classes, dtype);
  if (name == "duq") return std::make_unique<DuqLoss>();
  if (const auto terms = tailored.find(name); terms != tailored.end())
    return std::make_unique<TailoredLoss>(terms->second);
  std::vector<std::string> names = {"softmax", "bce-2022", "ce-2022", "duq"};
  for (const auto& [known, terms] : tailored) names.push_back(known);
  throw Error(text("loss: no loss is called ", name, "; there are ", listed(names)));
}

Tensor gradient_penalty(const Tensor& outputs, const Tensor& inputs) {
  const Tensor slope = grad(sum(outputs), {inputs}, {.create_graph = true})[0];
  const Tensor squared = sum(square(reshape(slope, {slope.dim(0), -1})), {-1});
  // sqrt has no gradient at 0. The norm of an image that the outputs do not depend on is 0, with gradient 0.
  const Tensor steep = greater(squared, 0);
  const Tensor norm = steep * sqrt(where(steep, squared, ones({}, squared.dtype())));
  return mean(square(norm - 1));
}

}  // namespace voronet
