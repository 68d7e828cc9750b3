#include <voronet/voronet.h>

#include <iostream>

using namespace voronet;

int main() {
  const auto train = data::fashion_mnist(data::Split::train), test = data::fashion_mnist(data::Split::test);
  Random random(1);
  Classifier net({.embedding = 10, .head = "softmax"}, random);
  Sgd sgd(parameter_groups(net, 5e-4), {.rate = 0.1, .momentum = 0.9});
  for (unsigned epoch = 0; epoch < 10; ++epoch)
    for (const auto& [images, labels] : data::batches(train, {.size = 128, .seed = 1, .epoch = epoch}))
      sgd.step(grad(cross_entropy(net(images), labels), net.parameters()));

  const Evaluation result = evaluate(net, test);
  const AttackRun attacked = attack_all(OnePixel{.seed = 1}, net, test, {.images = 100});
  std::cout << "accuracy " << result.accuracy() << ", flipped by one pixel "
            << summarise(attacked, 0.1).flips.count << " of 100\n";
}
