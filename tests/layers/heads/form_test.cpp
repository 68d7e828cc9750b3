#include <voronet/core/error.h>
#include <voronet/core/operators.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/heads/ddu.h>
#include <voronet/layers/heads/duq.h>
#include <voronet/layers/plan/inference_plan.h>

#include <cmath>

#include "layers/plan/plan_networks.h"
#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// All that a head of one's own needs.
class OwnHead : public Head {
 public:
  explicit OwnHead(HeadForm form, Confidence confidence = Confidence::own)
      : form_(std::move(form)), confidence_(confidence) {}
  HeadForm form() const override { return form_; }
  Confidence confidence() const override { return confidence_; }

 private:
  HeadForm form_;
  Confidence confidence_;
};

const Tensor x = from({1, 2, 3, -1}, {2, 2});
const LinearForm line{from({1, 0, 0, 2, 1, 1}, {3, 2}), from({0.5, 0, 0}, {3})};
const CentroidForm centres{from({1, 2, 0, 0, 3, 0}, {3, 2}), from({1, 0.5, 2}, {3})};
const ClassSpaceForm spaces{from({1, 0, 0, 1}, {1, 2, 2}), from({1, 0}, {1, 2}), 3};

}  // namespace

TEST_CASE("a head with a form computes by it, in plans too") {
  const std::vector<std::pair<HeadForm, std::vector<double>>> forms = {
      {line, {1.5, 4, 3, 3.5, -2, 2}},
      {centres, {0, -2.5, -16, -13, -5, -2}},
      {spaces, {0, -12, -12, -3}},  // -3 (x_0 - 1)^2 and -3 x_1^2
  };
  for (const auto& [form, logits] : forms) {
    OwnHead head(form);
    CHECK(head(x).to_vector() == logits);
    CHECK(InferencePlan(head, {2}, 2).run(x).to_vector() == logits);
  }
}

TEST_CASE("features that do not fit a form are refused") {
  CHECK_THROWS_AS(line.logits(ones({2, 3})), Error);
  CHECK_THROWS_WITH_AS(centres.logits(ones({2, 3})), "head: features (2, 3) do not match centroids (3, 2)",
                       Error);
  CHECK_THROWS_WITH_AS(spaces.logits(ones({2, 3})), "head: features (2, 3) do not match W (1, 2, 2)", Error);
}

TEST_CASE("the library's heads have the forms of which they are made") {
  Random random(1);
  CHECK(std::holds_alternative<LinearForm>(SoftmaxHead(2, 3, random).form()));
  CHECK(std::holds_alternative<CentroidForm>(GaussHead(2, 3, random).form()));
  CHECK(std::holds_alternative<ClassSpaceForm>(DuqHead(2, 3, random).form()));
  const DduHead ddu(2, 3, random);
  CHECK(std::get<TrainedLinearForm>(ddu.form()).trained.weight.to_vector() == ddu.weight.to_vector());
}

TEST_CASE("confidences are what a head says that they are") {
  const Tensor logits = from({0, -1}, {1, 2});
  CHECK(OwnHead(line, Head::Confidence::softmax).confidences(logits).to_vector() ==
        softmax(logits).to_vector());
  CHECK(OwnHead(line, Head::Confidence::exponential).confidences(logits).to_vector() ==
        exp(logits).to_vector());
  CHECK_THROWS_WITH_AS(OwnHead(line).confidences(logits),
                       "head: one with confidences of its own must override them", Error);
}

TEST_CASE("a head without a form must say what it computes") {
  OwnHead head{HeadForm()};
  CHECK_THROWS_WITH_AS(head(x), "head: one without a form must override forward", Error);
}

TEST_CASE("proofs want a form and the confidences that go with it") {
  using enum Head::Confidence;
  CHECK_NOTHROW(require_form(OwnHead(line, softmax), "proof: it"));
  CHECK_NOTHROW(require_form(OwnHead(TrainedLinearForm{line}, softmax), "proof: it"));
  CHECK_NOTHROW(require_form(OwnHead(centres, exponential), "proof: it"));
  CHECK_NOTHROW(require_form(OwnHead(spaces, exponential), "proof: it"));
  CHECK_THROWS_WITH_AS(
      require_form(OwnHead(HeadForm(), softmax), "proof: it"),
      "proof: it does not say that its logits are linear or squares of distances from centroids (Head::form)",
      Error);
  for (const OwnHead& head : {OwnHead(line, exponential), OwnHead(centres, softmax), OwnHead(spaces)})
    CHECK_THROWS_WITH_AS(require_form(head, "proof: it"),
                         "proof: it has confidences of which proofs know nothing", Error);
}

TEST_CASE("a head that makes logits of another shape is found out, in forward and in plans") {
  const ClassifierConfig config = {
      .model = "flat", .embedding = 2, .head = "own", .classes = 4, .height = 2, .width = 1};
  Classifier net(config, std::make_unique<Flatten>(), std::make_unique<OwnHead>(line));
  CHECK_THROWS_WITH_AS(net(ones({5, 2, 1, 1})),
                       "classifier: head own makes of features (5, 2) logits (5, 3), not n x 4 classes",
                       Error);
  CHECK_THROWS_WITH_AS(net.predict(ones({5, 2, 1, 1})),
                       "classifier: head own makes logits (3) of an image, not 4 classes", Error);
}
