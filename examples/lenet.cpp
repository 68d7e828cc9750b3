// LeNet on Fashion-MNIST in a training loop of one's own, and how many images one pixel flips.
#include <voronet/voronet.h>

#include <iostream>

using namespace voronet;

int main() {
  const auto train = data::fashion_mnist(data::Split::train), test = data::fashion_mnist(data::Split::test);
  Random random(1);
  auto embed = std::make_unique<Sequential>();  // (n, 28, 28, 1) -> (n, 84)
  embed->add("conv1", Conv2d(1, 6, 5, random));
  embed->add("relu1", ReLU());
  embed->add("pool1", MaxPool2d({.size = 2}));
  embed->add("conv2", Conv2d(6, 16, 5, random));
  embed->add("relu2", ReLU());
  embed->add("pool2", MaxPool2d({.size = 2}));
  embed->add("flatten", Flatten());
  embed->add("fc1", Linear(4 * 4 * 16, 120, random));
  embed->add("relu3", ReLU());
  embed->add("fc2", Linear(120, 84, random));
  embed->add("relu4", ReLU());
  Classifier net({.model = "by hand", .embedding = 84}, std::move(embed),
                 std::make_unique<SoftmaxHead>(84, 10, random));

  Sgd sgd(parameter_groups(net, 5e-4), {.rate = 0.1, .momentum = 0.9});
  for (unsigned epoch = 0; epoch < 2; ++epoch)
    for (const auto& [images, labels] : data::batches(train, {.size = 128, .seed = 1, .epoch = epoch}))
      sgd.step(grad(cross_entropy(net(images), labels), net.parameters()));

  const AttackRun attacked = attack_all(Exhaustive{.goal = Goal::flip}, net, test, {.images = 10});
  std::cout << "accuracy " << evaluate(net, test).accuracy() << ", one pixel flips "
            << summarise(attacked, 0.1).flips.count << " of 10 images\n";
}
