#include <voronet/attacks/statistics.h>
#include <voronet/core/operators.h>
#include <voronet/layers/heads/duq.h>
#include <voronet/theory/certificates.h>
#include <voronet/theory/scatter.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "layers/plan/plan_networks.h"
#include "support/authors_networks.h"
#include "support/sanitized.h"
#include "support/skip.h"
#include <doctest/doctest.h>

namespace voronet {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Two centroids on a line, at 0 and 10, in f64.
std::unique_ptr<GaussHead> two_centroids(double gamma0, double gamma1) {
  Random random(1);
  auto head = std::make_unique<GaussHead>(1, 2, random);
  head->to(Dtype::f64);
  head->weight.assign(from({0, 10}, {2, 1}));
  head->gamma.assign(from({gamma0, gamma1}, {2}));
  return head;
}

Tensor logits_at(Head& head, const std::vector<double>& features) {
  return test::evaluated(head, from(features, {std::ssize(features), 1}, Dtype::f64));
}

TEST_CASE("a Gaussian confidence is steepest at 1 / sqrt(2 gamma)") {
  const double gamma = 0.7, at = 1 / std::sqrt(2 * gamma), largest = largest_gauss_slope(gamma), h = 1e-5;
  const auto slope = [&](double r) {
    return (std::exp(-gamma * (r - h) * (r - h)) - std::exp(-gamma * (r + h) * (r + h))) / (2 * h);
  };
  CHECK(slope(at) == doctest::Approx(largest).epsilon(1e-9));
  CHECK(slope(0.99 * at) < largest);
  CHECK(slope(1.01 * at) < largest);
}

TEST_CASE("on the line between two centroids a certificate ends where the prediction changes") {
  const auto equal = two_centroids(0.5, 0.5), wide = two_centroids(0.1, 0.4);
  // With gamma 0.1 and 0.4 the border is where d0 = 2 d1, at 20 / 3.
  CHECK(certified_radii(equal->form(), logits_at(*equal, {2, 7, 5}), 1)[0] == doctest::Approx(3));
  CHECK(certified_radii(equal->form(), logits_at(*equal, {2, 7, 5}), 1)[1] == doctest::Approx(2));
  CHECK(certified_radii(equal->form(), logits_at(*equal, {2, 7, 5}), 1)[2] == doctest::Approx(0));
  CHECK(certified_radii(wide->form(), logits_at(*wide, {2, 9}), 1)[0] == doctest::Approx(20.0 / 3 - 2));
  CHECK(certified_radii(wide->form(), logits_at(*wide, {2, 9}), 1)[1] == doctest::Approx(9 - 20.0 / 3));
  CHECK(certified_radii(equal->form(), logits_at(*equal, {2}), 6)[0] ==
        doctest::Approx(0.5));  // by the modulus
}

TEST_CASE("the own confidence is enough between the centroids, and says less elsewhere") {
  const auto head = two_centroids(0.1, 0.4);
  const Tensor logits = logits_at(*head, {2, -2, 19});
  const auto radii = certified_radii(head->form(), logits, 2),
             own = own_confidence_radii({head->weight, head->gamma}, logits, 2);
  CHECK(own[0] == doctest::Approx(radii[0]));
  CHECK(own[1] == doctest::Approx(own[0]));  // as far from its centroid
  CHECK(own[1] < radii[1]);
  CHECK(own[2] == 0);  // confidence so low says nothing
}

TEST_CASE("a softmax certificate is the distance to the nearest border of logits") {
  const Tensor weight = from({1, 0, 0, 2, 1, 0}, {3, 2});
  const auto radii = certified_radii(LinearForm{weight, {}}, from({5, 1, 2}, {1, 3}), 2);
  CHECK(radii[0] == doctest::Approx(4 / (2 * std::sqrt(5.0))));  // class 2 has the same weight: no border
  const HeadForm alike = LinearForm{ones({2, 3}), {}};
  CHECK(certified_radii(alike, from({5, 1}, {1, 2}), 1)[0] == infinity);
  CHECK(certified_radii(alike, from({5, 5}, {1, 2}), 1)[0] == 0);  // a tie
}

TEST_CASE("a DUQ certificate takes the classes' own spaces into account") {
  Random random(1);
  DuqHead head(1, 2, random);
  head.to(Dtype::f64);
  head.weight.assign(from({1, 2}, {1, 2, 1}));
  head.counts.assign(ones({2}));
  head.sums.assign(from({0, 8}, {1, 2}));
  // At 1 the distances are 1 and 6, and both are 8 / 3 at 8 / 3.
  CHECK(certified_radii(head.form(), logits_at(head, {1}), 1)[0] ==
        doctest::Approx(8.0 / 3 - 1).epsilon(1e-5));
  CHECK(certified_radii(head.form(), logits_at(head, {1}), 1)[0] < 8.0 / 3 - 1);
}

TEST_CASE("islands are apart by the centroids' distance without the confident balls") {
  const auto head = two_centroids(0.5, 0.125);
  const double tau = std::exp(-0.5);  // radii 1 and 2
  const Tensor islands = island_distances({head->weight, head->gamma}, tau, 0.5);
  CHECK(islands.shape() == Shape{2, 2});
  CHECK(islands.at(1) == doctest::Approx(14));
  CHECK(islands.at(2) == doctest::Approx(14));
  CHECK(islands.at(0) == 0);
  CHECK(island_distances({head->weight, head->gamma}, 1e-30, 1).at(1) == 0);  // the balls overlap
}

TEST_CASE("no certificate is given to NaN") {
  CHECK(certified_radii(LinearForm{from({1, 2}, {2, 1}), {}}, from({std::nan(""), 1}, {1, 2}), 1)[0] == 0);
  CHECK(certified_radii(CentroidForm{ones({2, 1}), ones({2})}, from({std::nan(""), -1}, {1, 2}), 1)[0] == 0);
}

TEST_CASE("what cannot be certified is refused in one line") {
  const Tensor logits = from({-1, -2}, {1, 2});
  const auto equal = [](Index classes, double gamma) {
    return CentroidForm{ones({classes, 2}), full({classes}, gamma)};
  };
  CHECK_THROWS_WITH_AS(certified_radii(equal(2, 1), logits, 0), "certificates: a Lipschitz bound of 0",
                       Error);
  CHECK_THROWS_WITH_AS(certified_radii(equal(2, 1), logits, infinity),
                       "certificates: a Lipschitz bound of inf", Error);
  CHECK_THROWS_WITH_AS(certified_radii(equal(3, 1), logits, 1),
                       "certificates: logits (1, 2) of a head of 3 classes", Error);
  CHECK_THROWS_WITH_AS(certified_radii(equal(2, 0), logits, 1), "certificates: a gamma of 0", Error);
  CHECK_THROWS_WITH_AS(certified_radii({}, logits, 1),
                       "certificates: the head's logits are no squares of distances from centroids", Error);
  CHECK_THROWS_WITH_AS(island_distances(equal(2, 1), 1, 1), "islands: a confidence of 1 is not in (0, 1)",
                       Error);
  CHECK_THROWS_AS(own_confidence_radii({ones({3, 2}), ones({2})}, logits, 1), Error);
}

TEST_CASE("the authors' networks have the certificates that theory/README.md tells of") {
  if (test::sanitized) return test::skipped("takes minutes here");
  const auto authors = test::authors_networks();
  if (!authors) return;
  struct Told {
    const char* head;
    double lipschitz, median;
    Index images;
  };
  for (const Told& told : {Told{"softmax", 794.44, .0031, 381}, Told{"gauss", 982.46, .0016, 0}}) {
    Classifier net = authors->load(told.head);
    net.to(Dtype::f64);
    const Tensor logits = test::evaluated(net, authors->first(1000, Dtype::f64));
    const std::vector<double> radii = certified_radii(net.head().form(), logits, told.lipschitz);
    CHECK(std::round(1e4 * median(radii)) == doctest::Approx(1e4 * told.median));
    CHECK(std::ranges::count_if(radii, [](double r) { return r >= 1.0 / 255; }) == told.images);
  }
}

}  // namespace
}  // namespace voronet
