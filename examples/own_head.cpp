// A head of one's own: city-block distances to centroids, logit_k = -|x - z_k|_1, beside the library's heads.
#include <voronet/voronet.h>

#include <iostream>

using namespace voronet;

class CityBlockHead : public Head {
 public:
  CityBlockHead(Index features, Index classes, Random& random)
      : centroids(variable(uniform({classes, features}, 0, 1, random))) {}
  void describe(State& state) override { state.parameter("centroids", centroids); }
  Confidence confidence() const override { return Confidence::softmax; }
  Tensor centroids;

 protected:
  Tensor forward(const Tensor& x) override {
    return -sum(abs(reshape(x, {x.dim(0), 1, x.dim(1)}) - centroids), {2});
  }
};

int main() {
  register_head("city-block", [](const ClassifierConfig& c, Random& random) {
    return std::make_unique<CityBlockHead>(c.embedding, c.classes, random);
  });
  const auto train = data::fashion_mnist(data::Split::train), test = data::fashion_mnist(data::Split::test);
  for (const std::string head : {"softmax", "city-block"}) {
    Recipe short_recipe{.head = head, .loss = "softmax", .stages = {{3, 0.02}}};
    Trainer trainer(short_recipe, {.model = "lenet", .embedding = 10}, train, 1);
    while (trainer.epoch() < 3) trainer.train_epoch();
    write_safetensors(head + ".safetensors", trainer.save());
    Classifier net = load_classifier(head + ".safetensors");
    std::cout << head << ": accuracy " << evaluate(net, test).accuracy() << "\n";
  }
}
