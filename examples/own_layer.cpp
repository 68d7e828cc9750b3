// A layer of one's own in a network of one's own: trained, saved, loaded, attacked and proven.
#include <voronet/voronet.h>

#include <iostream>

using namespace voronet;

class Scale : public Module {  // each feature times a gain
 public:
  explicit Scale(Index features) : gain(variable(ones({features}))) {}
  void describe(State& state) override { state.parameter("gain", gain); }
  PlanValue plan(PlanBuilder& b, PlanValue x) override { return b.scale_shift(x, gain, {}); }  // for proofs
  Tensor gain;

 protected:
  Tensor forward(const Tensor& x) override { return x * gain; }
};

std::unique_ptr<Module> scaled(const ClassifierConfig& c, Random& random) {
  auto net = std::make_unique<Sequential>();
  net->add("flatten", Flatten());
  net->add("fc", Linear(c.height * c.width * c.channels, c.embedding, random));
  net->add("scale", Scale(c.embedding));
  net->add("relu", ReLU());
  return net;
}

int main() {
  register_model("scaled", {.make = scaled});
  const auto train = data::fashion_mnist(data::Split::train), test = data::fashion_mnist(data::Split::test);
  Trainer trainer(recipe("softmax-12"), {.model = "scaled", .embedding = 32}, train, 1);
  while (trainer.epoch() < 3) trainer.train_epoch();
  write_safetensors("scaled.safetensors", trainer.save());
  Classifier net = load_classifier("scaled.safetensors");
  const Exact exact{.network = std::make_shared<ProvableNetwork>(net), .census = true};
  const auto found = summarise(attack_all(Exhaustive{.goal = Goal::flip}, net, test, {.images = 20}), 0.1);
  const auto proven = summarise(attack_all(exact, net, test, {.images = 20}), 0.1);
  std::cout << "accuracy " << evaluate(net, test).accuracy() << "; of 20 images one pixel flips "
            << found.flips.count << ", and none can flip " << proven.certified->count << "\n";
}
