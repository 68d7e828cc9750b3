#include <voronet/optim/training/evaluate.h>

#include <limits>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

// Of class 1 with confidence 0.75, then of class 0 with 0.5.
Prediction two() { return {zeros({2, 2}), from({0.1, 0.75, 0.5, 0.25}, {2, 2}), {1, 0}}; }

}  // namespace

TEST_CASE("evaluation adds up what is correct and how sure the network was, batch by batch") {
  Evaluation evaluation;
  evaluation.add(two(), std::vector<int>{1, 1});
  CHECK(evaluation.correct == 1);
  CHECK(evaluation.total == 2);
  CHECK(evaluation.mean_confidence() == doctest::Approx(0.625));
  evaluation.add(two(), std::vector<int>{1, 0});
  CHECK(evaluation.correct == 3);
  CHECK(evaluation.accuracy() == 0.75);
  CHECK(evaluation.mean_confidence() == doctest::Approx(0.625));
  REQUIRE(evaluation.answers.size() == 4);
  CHECK(evaluation.answers[1].label == 1);
  CHECK(evaluation.answers[1].predicted == 0);
  CHECK(evaluation.answers[1].confidence == 0.5);
  CHECK(evaluation.answers[2].predicted == 1);
}

TEST_CASE("evaluation refuses another number of labels") {
  Evaluation evaluation;
  CHECK_THROWS_WITH_AS(evaluation.add(two(), std::vector<int>{1}), "evaluate: 2 predictions for 1 labels",
                       const Error&);
  CHECK(evaluation.total == 0);
}

TEST_CASE("evaluation counts no prediction that is not finite as one") {
  Prediction first = two(), second = two();
  first.logits.mutable_data<float>()[3] = std::numeric_limits<float>::infinity();
  second.confidences.mutable_data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  CHECK(first.is_finite(0));
  CHECK_FALSE(first.is_finite(1));
  CHECK_FALSE(second.is_finite(0));
  CHECK_THROWS_AS(first.is_finite(2), Error);
  Evaluation evaluation;
  CHECK_THROWS_WITH_AS(evaluation.add(first, std::vector<int>{1, 0}),
                       "evaluate: what the network says of image 1 is not finite", Error);
}
