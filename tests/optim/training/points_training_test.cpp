// Training on points instead of images.
#include <voronet/data/synthetic.h>
#include <voronet/optim/training/evaluate.h>
#include <voronet/optim/training/trainer.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("the default recipes for points learn moons, with ten features and with two") {
  const data::Dataset train = data::synthetic("moons", {.points = 800, .seed = 1}),
                      test = data::synthetic("moons", {.points = 1000, .seed = 2});
  for (const char* head : {"softmax", "gauss"})
    for (const Index features : {10, 2}) {
      CAPTURE(head);
      CAPTURE(features);
      const Recipe chosen = recipe_for("", head, true);
      ClassifierConfig config{
          .model = "mlp", .embedding = features, .final_relu = features != 2, .classes = 2};
      config.take_inputs(train.input_shape());
      config.mean = train.mean;
      config.deviation = train.deviation;
      Trainer trainer(chosen, config, train, 1);
      while (trainer.epoch() < chosen.epochs()) trainer.train_epoch();
      const Evaluation result = evaluate(trainer.classifier(), test);
      CHECK(result.accuracy() > 0.99);
      CHECK(result.total == 1000);
    }
}
