#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/loss.h>

#include "gradients/gradient_check.h"
#include "support/authors_networks.h"
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
  CHECK(gradient_mistake(penalty_of("duq")) == "");
}

// Hence the recipe duq-free: what a training minimises with weight 1 ends below .02.
TEST_CASE("the authors' Fashion-MNIST network with DUQ's head was trained without a penalty") {
  const auto authors = authors_networks();
  if (!authors) return;
  Classifier network = authors->load("duq");
  const Tensor x = variable(authors->first(500, Dtype::f32));
  CHECK(gradient_penalty(network.head().confidences(network(x)), x).item() ==
        doctest::Approx(.42).epsilon(.1));
}
