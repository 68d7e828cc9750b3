#include <voronet/core/autograd.h>
#include <voronet/core/random.h>
#include <voronet/theory/scatter.h>

#include <cmath>
#include <limits>

#include "support/authors_networks.h"
#include "support/sanitized.h"
#include "support/skip.h"
#include <doctest/doctest.h>

namespace voronet {
namespace {

// Two classes on a line: 0, 2 and 10, 14; their features as given.
const Tensor inputs = from({0, 2, 10, 14}, {4, 1}, Dtype::f64);
const std::vector<int> labels = {0, 0, 1, 1};

TEST_CASE("scatter is squared distances from the means of the classes, and from that of all") {
  const Scatter result = scatter(inputs, labels, 2);
  CHECK(result.within == doctest::Approx(1 + 1 + 4 + 4));
  CHECK(result.total == doctest::Approx(6.5 * 6.5 + 4.5 * 4.5 + 3.5 * 3.5 + 7.5 * 7.5));
  CHECK(result.ratio() == doctest::Approx(result.within / result.total));
  CHECK(scatter(inputs, labels, 5).within == result.within);  // classes without points
}

TEST_CASE("the pair ratio is the largest over all pairs, of one class or two") {
  CHECK(largest_pair_ratio(inputs, from({0, 0, 4, 16}, {4, 1})) == doctest::Approx(3));  // within a class
  CHECK(largest_pair_ratio(inputs, from({0, 8, 40, 40}, {4, 1})) ==
        doctest::Approx(4));  // within and between
  CHECK(largest_pair_ratio(inputs, from({0, 0, 16, 16}, {4, 1})) == doctest::Approx(2));  // between
  CHECK(largest_pair_ratio(zeros({3, 2}), zeros({3, 2})) == 0);                           // no pair
}

TEST_CASE("class spreads are what the scatter theorem speaks of") {
  const auto spreads = class_spreads(inputs, from({0, 0, 0, 6, 9, 0, 9, 2}, {4, 2}), labels, 3);
  REQUIRE(spreads.size() == 3);
  CHECK(spreads[0].points == 2);
  CHECK(spreads[0].input_diameter == 2);
  CHECK(spreads[1].input_diameter == 4);
  CHECK(spreads[0].feature_radius == doctest::Approx(3));
  CHECK(spreads[1].feature_radius == doctest::Approx(1));
  CHECK(spreads[0].nearest_mean == doctest::Approx(std::hypot(9, 2)));  // of (0, 3) and (9, 1)
  CHECK(spreads[2].points == 0);
  CHECK(spreads[0].settled(2));
  CHECK_FALSE(spreads[0].settled(2.4));
  CHECK_FALSE(spreads[1].settled(2));
}

TEST_CASE("a map with a bound keeps the scatter theorem") {
  Random random(1);
  const Tensor x = normal({60, 5}, 0, 1, random, Dtype::f64);
  std::vector<int> of(60);
  for (int& label : of) label = static_cast<int>(random.below(4));
  Tensor phi({60, 5}, Dtype::f64);
  for (Index i = 0; i < x.size(); ++i) phi.mutable_data<double>()[i] = 3 * std::sin(x.at(i));
  CHECK(largest_pair_ratio(x, phi) <= 3);
  CHECK(scatter(phi, of, 4).within <= 9 * scatter(x, of, 4).within);
  for (const ClassSpread& spread : class_spreads(x, phi, of, 4))
    CHECK(spread.feature_radius <= 3 * spread.input_diameter);
}

TEST_CASE("sizes that do not fit are refused") {
  CHECK_THROWS_WITH_AS(scatter(inputs, std::vector{0, 1}, 2), "scatter: 4 points, 2 labels, 2 classes",
                       Error);
  CHECK_THROWS_WITH_AS(scatter(inputs, std::vector{0, 1, 2, 1}, 2), "scatter: label 2 of 2 classes", Error);
  CHECK_THROWS_WITH_AS(scatter(zeros({0, 3}), {}, 2), "scatter: no points in (0, 3)", Error);
  CHECK_THROWS_AS(largest_pair_ratio(zeros({2, 3}), zeros({3, 3})), Error);
  CHECK_THROWS_AS(class_spreads(zeros({5, 3}), inputs, labels, 2), Error);
}

TEST_CASE("the authors' networks have the published pair ratios and scatter on the first 1,000 test images") {
  if (test::sanitized) return test::skipped("takes minutes here");
  const auto authors = test::authors_networks();
  if (!authors) return;
  struct Published {
    const char* head;
    double pair_ratio, scatter_ratio;
  };
  for (const auto& [head, pair_ratio, scatter_ratio] :
       {Published{"softmax", 2.98, .167}, Published{"gauss", 1.82, .052}}) {
    Classifier net = authors->load(head);
    net.to(Dtype::f64);
    const NoGrad scope;
    const Tensor images = authors->first(1000, Dtype::f64), features = net.features(images);
    CHECK(std::round(100 * largest_pair_ratio(images, features)) == doctest::Approx(100 * pair_ratio));
    CHECK(std::round(1000 * scatter(features, authors->first_labels(1000), 10).ratio()) ==
          doctest::Approx(1000 * scatter_ratio));
  }
}

}  // namespace
}  // namespace voronet
