#include <voronet/attacks/proof/flip_bounds.h>
#include <voronet/layers/plan/builder.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::plan;

namespace {

LogitBounds bounds_of(const PlanGraph& head, Head::Confidence confidence) {
  const RoundedGraph folded = folded_with_roundings(head);
  return {folded.graph.steps, folded.roundings, confidence};
}

// The logits are the two features themselves.
LogitBounds softmax_of_features() {
  PlanBuilder builder({2}, Dtype::f64);
  const PlanValue y = builder.linear(builder.input(), from({1, 0, 0, 1}, {2, 2}, Dtype::f64), {});
  return bounds_of(std::move(builder).finish(y), Head::Confidence::softmax);
}

// Centroids 0 and 1 on a line, gamma 1 and 2.
LogitBounds gauss_on_a_line() {
  PlanBuilder builder({1}, Dtype::f64);
  const PlanValue y =
      builder.gauss(builder.input(), from({0, 1}, {2, 1}, Dtype::f64), from({1, 2}, {2}, Dtype::f64));
  return bounds_of(std::move(builder).finish(y), Head::Confidence::exponential);
}

// The first of two features goes from low to high, the second is 0.
AffineForms first_feature(double low, double high) {
  AffineForms forms(2, 1);
  forms.centre(0) = (low + high) / 2;
  forms.slope(0, 0) = (high - low) / 2;
  return forms;
}

AffineForms only_feature(double low, double high) {
  AffineForms forms(1, 1);
  forms.centre(0) = (low + high) / 2;
  forms.slope(0, 0) = (high - low) / 2;
  return forms;
}

}  // namespace

TEST_CASE("a verdict says whether none, some or all flip") {
  const LogitBounds head = softmax_of_features();
  const FlipRule rule{0};
  CHECK(judge(head, first_feature(0.1, 3), rule) == FlipVerdict{Claim::no, Claim::no});
  CHECK(judge(head, first_feature(-0.1, 3), rule) == FlipVerdict{Claim::maybe, Claim::no});
  CHECK(judge(head, first_feature(-3, -0.1), rule) == FlipVerdict{Claim::yes, Claim::no});
  // A tie, and what is nearer to it than floats tell, is open.
  CHECK(judge(head, first_feature(0, 0), rule).flip == Claim::maybe);
  CHECK(judge(head, first_feature(1, 1 + 1e-9), {1}).flip == Claim::yes);
}

TEST_CASE("a verdict says whether flips are confident") {
  const LogitBounds head = softmax_of_features();
  const double to_90 = -std::log(9.0);  // there the second class has .9
  CHECK(judge(head, first_feature(-9, to_90 - 0.01), {0, 0.9}).confident == Claim::yes);
  CHECK(judge(head, first_feature(-9, to_90 + 0.01), {0, 0.9}).confident == Claim::maybe);
  CHECK(judge(head, first_feature(to_90 + 0.01, -1), {0, 0.9}).confident == Claim::no);
  CHECK(judge(head, first_feature(1, 2), {0, 0.1}).confident == Claim::no);  // the class stays

  const LogitBounds gauss = gauss_on_a_line();
  CHECK(judge(gauss, only_feature(0.9, 1.1), {0, 0.9}) == FlipVerdict{Claim::yes, Claim::yes});
  CHECK(judge(gauss, only_feature(3.5, 3.6), {0, 0.1}) == FlipVerdict{Claim::no, Claim::no});
  CHECK(judge(gauss, only_feature(2.2, 2.3), {0, 0.1}) == FlipVerdict{Claim::yes, Claim::no});
}

TEST_CASE("the place where a logit passes the label's is found, just within the margin") {
  const LogitBounds head = softmax_of_features();
  const auto place = turning_place(head, first_feature(-1, 3), {0});
  REQUIRE(place.has_value());
  CHECK(*place == doctest::Approx(-0.5).epsilon(1e-4));
  CHECK_FALSE(turning_place(head, first_feature(1, 3), {0}).has_value());

  // x^2 = 2 (x - 1)^2 at 2 - sqrt 2; a confidence of .5 in class 1 at 1 - sqrt(ln 2 / 2).
  const LogitBounds gauss = gauss_on_a_line();
  const double flip = 2 - std::sqrt(2.0);
  const auto passes = turning_place(gauss, only_feature(flip - 0.1, flip + 0.1), {0});
  REQUIRE(passes.has_value());
  CHECK(std::abs(*passes) < 1e-3);
  const double confident = 1 + std::sqrt(std::log(2.0) / 2);
  const auto half = turning_place(gauss, only_feature(confident - 0.1, confident + 0.1), {0, 0.5});
  REQUIRE(half.has_value());
  CHECK(std::abs(*half) < 1e-3);
}
