// An embedding and a head that the library does not know: trained, saved, loaded, attacked and proven.
#include <voronet/voronet.h>

#include <iostream>

using namespace voronet;

// The nearest centroid: logit_k = -|x - z_k|^2 / 2, less -|x|^2 / 2, which all classes share; so it is
// linear.
class VoronoiHead : public Head {
 public:
  VoronoiHead(Index features, Index classes, Random& random)
      : centroids(variable(uniform({classes, features}, 0, 1, random))) {}
  void describe(State& state) override { state.parameter("centroids", centroids); }
  HeadForm form() const override { return LinearForm{centroids, -0.5 * sum(square(centroids), {1})}; }
  Confidence confidence() const override { return Confidence::softmax; }

  Tensor centroids;
};

std::unique_ptr<Module> strided(const ClassifierConfig& c, Random& random) {
  auto net = std::make_unique<Sequential>();
  net->add("conv", Conv2d(c.channels, 8, 4, random, {.stride = 2}));
  net->add("relu", ReLU());
  net->add("flatten", Flatten());
  net->add("fc", Linear(8 * (c.height / 2 - 1) * (c.width / 2 - 1), c.embedding, random));
  return net;
}

data::Dataset bright_halves(Index n, std::uint64_t seed) {  // left or upper, in noise
  data::Dataset set{.images = {.count = n, .height = 8, .width = 8, .channels = 1}, .classes = 2};
  Random random(seed);
  for (Index i = 0; i < 64 * n; ++i)
    set.images.pixels.push_back((i / 64 % 2 == 0 ? i % 8 < 4 : i % 64 < 32) ? 40 + random.below(120)
                                                                            : random.below(120));
  for (Index i = 0; i < n; ++i) set.labels.push_back(static_cast<int>(i % 2));
  return set;
}

int main() {
  register_model("strided", {.make = strided});
  register_head("voronoi", [](const ClassifierConfig& c, Random& random) {
    return std::make_unique<VoronoiHead>(c.embedding, c.classes, random);
  });
  const data::Dataset train = bright_halves(512, 1), test = bright_halves(40, 2);
  const ClassifierConfig config{.model = "strided", .embedding = 6, .classes = 2, .height = 8, .width = 8};
  for (const std::string head : {"voronoi", "gauss"}) {
    Trainer trainer({.head = head, .loss = "softmax", .stages = {{10, 0.02}}, .batch = 32}, config, train, 1);
    while (trainer.epoch() < 10) trainer.train_epoch();
    write_safetensors(head + ".safetensors", trainer.save());
    Classifier net = load_classifier(head + ".safetensors");
    const auto network = std::make_shared<ProvableNetwork>(net);
    Index flips = 0, certified = 0;
    for (const AttackRow& row : attack_all(Exhaustive{.goal = Goal::flip}, net, test, {.images = 20}).rows)
      flips += row.first_flip > 0;
    for (const AttackRow& row : attack_all(Exact{.network = network}, net, test, {.images = 20}).rows)
      certified += row.proof->certified;
    const double accuracy = evaluate(net, test).accuracy();
    std::cout << head << ": accuracy " << accuracy << ", " << flips << " of 20 images flipped, " << certified
              << " certified\n";
    if (accuracy < 0.9 || flips + certified != 20) return 1;
  }
}
