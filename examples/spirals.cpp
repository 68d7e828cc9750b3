// Two spirals, and a small network that learns to tell them apart: tensors, layers and an optimiser, nothing
// else.
#include <voronet/voronet.h>

#include <iostream>

using namespace voronet;

int main() {
  const data::Dataset spirals = data::synthetic("spirals", {.points = 1000, .seed = 1});
  const Tensor x = spirals.points.to(Dtype::f32);  // (1000, 2)

  Random random(1);
  Sequential net;
  net.add("fc1", Linear(2, 64, random));
  net.add("relu1", ReLU());
  net.add("fc2", Linear(64, 64, random));
  net.add("relu2", ReLU());
  net.add("fc3", Linear(64, 2, random));

  Adam adam(parameter_groups(net), {.rate = 0.01});
  for (int step = 0; step < 500; ++step) {
    const Tensor loss = cross_entropy(net(x), spirals.labels);
    adam.step(grad(loss, net.parameters()));
    if (step % 100 == 0) std::cout << "step " << step << ", loss " << loss.item() << "\n";
  }

  const std::vector<int> predicted = argmax(net(x));
  Index correct = 0;
  for (Index i = 0; i < spirals.size(); ++i) correct += predicted[i] == spirals.labels[i];
  std::cout << "correct: " << correct << " of " << spirals.size() << "\n";
}
