// The Gauss head from tensors alone: logit_k = -gamma_k |x - z_k|^2, so that the class is the nearest
// centroid's and the confidence exp(logit_k) fades with the distance. Trained on blobs in the plane, without
// any layer.
#include <voronet/voronet.h>

#include <iostream>

using namespace voronet;

int main() {
  const Index classes = 3;
  Random random(1);
  std::vector<int> labels;  // 100 points around each of three corners
  for (int i = 0; i < 300; ++i) labels.push_back(i % 3);
  const Tensor corners = from({0, 0, 4, 0, 0, 4}, {3, 2});
  const Tensor x = rows(corners, labels) + normal({300, 2}, 0, 1, random);

  const Tensor z = variable(normal({classes, 2}, 0, 1, random)), gamma = variable(ones({classes}));
  const auto logits = [&](const Tensor& points) {
    const Tensor apart = reshape(points, {-1, 1, 2}) - z;  // (n, classes, 2) by broadcasting
    return -gamma * sum(square(apart), {2});
  };
  Sgd sgd(Tensors{z, gamma}, {.rate = 0.1, .momentum = 0.9});
  for (int step = 0; step < 200; ++step) sgd.step(grad(cross_entropy(logits(x), labels), {z, gamma}));

  const std::vector<int> predicted = argmax(logits(x));
  int correct = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) correct += predicted[i] == labels[i];
  std::cout << "correct: " << correct << " of 300\ncentroids:\n"
            << z << "\nconfidence at them and far away:\n"
            << exp(logits(z)) << "\n"
            << exp(logits(full({1, 2}, 100.0))) << "\n";
}
