#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/loss.h>

#include "gradient_check.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// The penalty of a LeNet, as a function of its parameters alone.
Sample penalty_of(const std::string& head) {
  Random random(5);
  const auto network = std::make_shared<Classifier>(
      ClassifierConfig{.embedding = 4, .head = head, .classes = 3, .height = 16, .width = 16}, random);
  network->to(Dtype::f64);
  const Tensor images = uniform({2, 16, 16, 1}, 0, 1, random, Dtype::f64);
  return {head + " penalty", network->parameters(), [=](const Tensors& parameters) {
            const State state = network->state();
            for (std::size_t i = 0; i < parameters.size(); ++i) *state.parameters[i].tensor = parameters[i];
            const Tensor x = variable(images);
            return gradient_penalty((*network)(x), x);
          }};
}

}  // namespace

TEST_CASE("the gradients of a gradient penalty through LeNet agree with differences") {
  CHECK(gradient_mistake(penalty_of("softmax")) == "");
  CHECK(gradient_mistake(penalty_of("gauss")) == "");
}

TEST_CASE("an image that the outputs do not depend on is penalised by 1, with gradient 0") {
  const Tensor weight = variable(ones({1})),
               images = variable(from({-1, 2}, {2, 1}));  // ReLU stops the first
  const Tensor penalty = gradient_penalty(relu(images) * weight * 3, images);
  CHECK(penalty.item() == 2.5);                   // (0 - 1)^2 and (3 - 1)^2
  CHECK(grad(penalty, {weight})[0].item() == 6);  // half of 2 (3 w - 1) 3
}
