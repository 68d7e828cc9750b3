#include <voronet/layers/loss.h>
#include <voronet/optim/training/recipe.h>

#include <cmath>
#include <set>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

using Stages = std::vector<std::pair<int, double>>;

Stages pairs(const std::vector<Stage>& stages) {
  Stages result;
  for (const auto& [epochs, rate] : stages) result.emplace_back(epochs, rate);
  return result;
}

using Decays = std::array<double, 4>;  // embed, head, gamma, loss

Decays decays(const Recipe& r) {
  const auto& [embed, head, gamma, loss] = r.weight_decay;
  return {embed, head, gamma, loss};
}

}  // namespace

TEST_CASE("every recipe's head and loss exist, and names are unique") {
  std::set<std::string> names;
  for (const Recipe& r : recipes()) {
    CAPTURE(r.name);
    names.insert(r.name);
    CHECK(&recipe(r.name) == &r);
    CHECK_FALSE(r.about.empty());
    Random random(1);
    CHECK_NOTHROW(Classifier({.head = r.head, .bias = r.bias, .gauss = r.gauss}, random));
    CHECK_NOTHROW(make_loss(r.loss, 10));
    CHECK_FALSE(r.stages.empty());
    CHECK(r.batch == (r.name.ends_with("-points") ? 32 : 128));
    CHECK(r.momentum == 0.9);
    if (r.head == "softmax") CHECK(r.warmup.empty());
  }
  CHECK(names.size() == recipes().size());
  CHECK(recipe_names().size() == names.size());
  CHECK_THROWS_AS(recipe("sgd"), const Error&);
}

TEST_CASE("the softmax recipes have the authors' constants") {
  const Recipe& mnist = recipe("softmax");
  CHECK(mnist.bias);
  CHECK(mnist.epochs() == 60);
  CHECK(pairs(mnist.stages) == Stages{{40, .1}, {20, .01}});
  CHECK(decays(mnist)[0] == 5e-4);
  CHECK(decays(mnist)[1] == 5e-4);
  CHECK_FALSE(recipe("softmax-cifar").bias);
  CHECK(pairs(recipe("softmax-cifar").stages) == Stages{{100, .1}, {100, .01}, {100, .001}});
  CHECK_FALSE(recipe("softmax-cifar100").bias);
  CHECK(pairs(recipe("softmax-cifar100").stages) == Stages{{150, .1}, {75, .01}, {75, .001}});
}

TEST_CASE("the tailored recipes have the authors' constants") {
  for (const char* name : {"tailored-2020", "tailored-2020-cifar100"}) {
    const Recipe& r = recipe(name);
    CHECK(r.loss == name);
    CHECK(r.warmup.empty());
    CHECK_FALSE(r.gauss.learn_gamma);
    CHECK(r.gauss.gamma == 1);
    CHECK(r.gauss.low == 0);
    CHECK(r.gauss.high == 0.1);
    CHECK(decays(r)[0] == 5e-4);
    CHECK(decays(r)[1] == 5e-4);
  }
  CHECK(pairs(recipe("tailored-2020").stages) == Stages{{100, .1}, {100, .01}, {100, .001}});
  CHECK(pairs(recipe("tailored-2020-cifar100").stages) == Stages{{150, .1}, {75, .01}, {75, .001}});
  for (const char* name : {"tailored-2020-07", "tailored-2020-07-cifar100"}) {
    const Recipe& r = recipe(name);
    CHECK(r.loss == name);
    CHECK(r.gauss.learn_gamma);
    CHECK(r.gauss.gamma == 1);
    CHECK(pairs(r.stages) == Stages{{20, .1}, {50, .01}, {50, .005}, {50, .001}});
    CHECK(decays(r) == Decays{5e-4, 0, 0, 0});
  }
  CHECK(recipe("tailored-2020-07").warmup_epochs() == 5);
  CHECK(recipe("tailored-2020-07-cifar100").warmup_epochs() == 20);
}

TEST_CASE("bce-2022 has the authors' constants") {
  const Recipe& r = recipe("bce-2022");
  CHECK(r.loss == "bce-2022");
  CHECK(pairs(r.warmup) == Stages{{10, .05}});
  CHECK(pairs(r.stages) == Stages{{15, .05}, {25, .01}, {25, .002}, {25, .0004}});
  CHECK(r.epochs() == 100);
  CHECK(decays(r) == Decays{5e-4, 0, -5e-4, .1});
  CHECK(r.gradient_penalty.features == 1e-2);
  CHECK(r.gradient_penalty.confidences == 0);
  CHECK(r.gauss.gamma == 0.5);
  CHECK(r.gauss.learn_gamma);
}

TEST_CASE("ce-2022 has the authors' constants") {
  const Recipe& r = recipe("ce-2022");
  CHECK(r.loss == "ce-2022");
  CHECK(pairs(r.warmup) == Stages{{10, .1}});
  CHECK(pairs(r.stages) == Stages{{30, .02}, {20, .002}});
  CHECK(r.epochs() == 60);
  CHECK(decays(r) == Decays{5e-4, 0, 0, 5e-3});
  CHECK(r.gradient_penalty.features == 0);
  CHECK(r.gradient_penalty.confidences == 0);
  CHECK(r.gauss.gamma == 0.5);
  CHECK(r.gauss.learn_gamma);
}

TEST_CASE("duq has the authors' constants") {
  const Recipe& r = recipe("duq");
  CHECK(r.head == "duq");
  CHECK(r.loss == "duq");
  CHECK(r.warmup.empty());
  CHECK(pairs(r.stages) == Stages{{25, .05}, {25, .01}, {25, .002}});
  CHECK(decays(r)[0] == 5e-4);
  CHECK(decays(r)[1] == 5e-4);
  CHECK(r.gradient_penalty.features == 0);
  CHECK(r.gradient_penalty.confidences == 1);
  CHECK(DuqOptions().gamma == 1);

  const Recipe& free = recipe("duq-free");
  CHECK(free.head == "duq");
  CHECK(pairs(free.stages) == pairs(r.stages));
  CHECK(free.gradient_penalty.confidences == 0);
}

TEST_CASE("ddu trains as softmax does, with limited spectral norms") {
  const Recipe &ddu = recipe("ddu"), &softmax = recipe("softmax");
  CHECK(ddu.loss == softmax.loss);
  CHECK(pairs(ddu.stages) == pairs(softmax.stages));
  CHECK(decays(ddu) == decays(softmax));
  CHECK(ddu.spectral_norm == 3);
  for (const Recipe& r : recipes())
    if (r.name != "ddu") CHECK(r.spectral_norm == 0);
}

TEST_CASE("a head's default recipe is for that head") {
  for (const std::string& head : heads()) CHECK(recipe_for("", head).head == head);
  CHECK(recipe_for("", "").name == "softmax");
  CHECK(recipe_for("", "gauss").name == "ce-2022");
  for (const std::string& head : heads()) CHECK(recipe_for("", head, true).head == head);
  CHECK(recipe_for("", "", true).name == "softmax-points");
  CHECK(recipe_for("duq-free", "").head == "duq");
  CHECK_THROWS_WITH_AS(recipe_for("softmax", "gauss"), "train: recipe softmax is for head softmax, not gauss",
                       Error);
}

TEST_CASE("a head that no recipe is for takes those of softmax") {
  CHECK(recipe_for("", "voronoi").name == "softmax");
  CHECK(recipe_for("softmax-12", "voronoi").head == "voronoi");
  CHECK_THROWS_AS(recipe_for("duq", "voronoi"), Error);
}

TEST_CASE("tailored-2020-vgg16 differs from tailored-2020 in where the centroids start") {
  const Recipe &vgg = recipe("tailored-2020-vgg16"), &other = recipe("tailored-2020");
  CHECK(vgg.loss == other.loss);
  CHECK(pairs(vgg.stages) == pairs(other.stages));
  CHECK(vgg.gauss.high == doctest::Approx(1 / std::sqrt(512)));
  CHECK(vgg.gauss.low == -vgg.gauss.high);
}

TEST_CASE("the short recipes take as many epochs for both heads, and end at a rate far below their highest") {
  for (const auto& [name, epochs] :
       {std::pair("softmax-cifar-15", 15), {"ce-cifar-15", 15}, {"softmax-12", 12}, {"ce-12", 12}}) {
    const Recipe& r = recipe(name);
    CHECK(r.epochs() == epochs);
    CHECK(r.stages.back().rate <= .05 / 25);
    CHECK(decays(r)[0] == 5e-4);
  }
}
