#include <voronet/core/operators.h>
#include <voronet/theory/certificates.h>
#include <voronet/theory/scatter.h>

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
  const double gamma = 0.7, at = 1 / std::sqrt(2 * gamma), largest = largest_gauss_slope(gamma);
  CHECK(gauss_slope(gamma, at) == doctest::Approx(largest).epsilon(1e-14));
  CHECK(gauss_slope(gamma, 0.99 * at) < largest);
  CHECK(gauss_slope(gamma, 1.01 * at) < largest);
  const double h = 1e-6,
               difference = std::exp(-gamma * (1 - h) * (1 - h)) - std::exp(-gamma * (1 + h) * (1 + h));
  CHECK(gauss_slope(gamma, 1) == doctest::Approx(difference / (2 * h)).epsilon(1e-8));
}

TEST_CASE("on the line between two centroids a certificate ends where the prediction changes") {
  const auto equal = two_centroids(0.5, 0.5), wide = two_centroids(0.1, 0.4);
  // With gamma 0.1 and 0.4 the border is where d0 = 2 d1, at 20 / 3.
  CHECK(certified_radii(*equal, logits_at(*equal, {2, 7, 5}), 1)[0] == doctest::Approx(3));
  CHECK(certified_radii(*equal, logits_at(*equal, {2, 7, 5}), 1)[1] == doctest::Approx(2));
  CHECK(certified_radii(*equal, logits_at(*equal, {2, 7, 5}), 1)[2] == doctest::Approx(0));
  CHECK(certified_radii(*wide, logits_at(*wide, {2, 9}), 1)[0] == doctest::Approx(20.0 / 3 - 2));
  CHECK(certified_radii(*wide, logits_at(*wide, {2, 9}), 1)[1] == doctest::Approx(9 - 20.0 / 3));
  CHECK(certified_radii(*equal, logits_at(*equal, {2}), 6)[0] == doctest::Approx(0.5));  // by the modulus
}

TEST_CASE("the own confidence is enough between the centroids, and says less elsewhere") {
  const auto head = two_centroids(0.1, 0.4);
  const Tensor logits = logits_at(*head, {2, -2, 19});
  const auto radii = gauss_radii(logits, head->gamma, 2),
             own = own_confidence_radii(logits, head->weight, head->gamma, 2);
  CHECK(own[0] == doctest::Approx(radii[0]));
  CHECK(own[1] == doctest::Approx(own[0]));  // as far from its centroid
  CHECK(own[1] < radii[1]);
  CHECK(own[2] == 0);  // confidence so low says nothing
}

TEST_CASE("a softmax certificate is the distance to the nearest border of logits") {
  const Tensor weight = from({1, 0, 0, 2, 1, 0}, {3, 2});
  const auto radii = softmax_radii(from({5, 1, 2}, {1, 3}), weight, 2);
  CHECK(radii[0] == doctest::Approx(4 / (2 * std::sqrt(5.0))));  // class 2 has the same weight: no border
  CHECK(softmax_radii(from({5, 1}, {1, 2}), ones({2, 3}), 1)[0] == infinity);
  CHECK(softmax_radii(from({5, 5}, {1, 2}), ones({2, 3}), 1)[0] == 0);  // a tie
}

TEST_CASE("a DUQ certificate takes the classes' own spaces into account") {
  Random random(1);
  DuqHead head(1, 2, random);
  head.to(Dtype::f64);
  head.weight.assign(from({1, 2}, {1, 2, 1}));
  head.counts.assign(ones({2}));
  head.sums.assign(from({0, 8}, {1, 2}));
  // At 1 the distances are 1 and 6, and both are 8 / 3 at 8 / 3.
  CHECK(certified_radii(head, logits_at(head, {1}), 1)[0] == doctest::Approx(8.0 / 3 - 1).epsilon(1e-5));
  CHECK(certified_radii(head, logits_at(head, {1}), 1)[0] < 8.0 / 3 - 1);
}

TEST_CASE("islands are apart by the centroids' distance without the confident balls") {
  const auto head = two_centroids(0.5, 0.125);
  const double tau = std::exp(-0.5);  // radii 1 and 2
  const Tensor islands = island_distances(head->weight, head->gamma, tau, 0.5);
  CHECK(islands.shape() == Shape{2, 2});
  CHECK(islands.at(1) == doctest::Approx(14));
  CHECK(islands.at(2) == doctest::Approx(14));
  CHECK(islands.at(0) == 0);
  CHECK(island_distances(head->weight, head->gamma, 1e-30, 1).at(1) == 0);  // the balls overlap
}

TEST_CASE("no certificate is given to NaN") {
  CHECK(softmax_radii(from({std::nan(""), 1}, {1, 2}), from({1, 2}, {2, 1}), 1)[0] == 0);
  CHECK(gauss_radii(from({std::nan(""), -1}, {1, 2}), ones({2}), 1)[0] == 0);
}

TEST_CASE("certificates are counted") {
  const CertificateCounts counts = count_certificates({0.3, 0, 0.1, 0.2}, {0.1, 0.25, 1});
  CHECK(counts.images == 4);
  CHECK(counts.median == doctest::Approx(0.15));
  CHECK(counts.largest == 0.3);
  REQUIRE(counts.at_least.size() == 3);
  CHECK(counts.at_least[0].images == 3);
  CHECK(counts.at_least[1].images == 1);
  CHECK(counts.at_least[2].images == 0);
  CHECK(count_certificates({3, 1, 2}, {}).median == 2);
}

TEST_CASE("what cannot be certified is refused in one line") {
  const Tensor logits = from({-1, -2}, {1, 2}), gamma = ones({2});
  CHECK_THROWS_WITH_AS(gauss_radii(logits, gamma, 0), "certificates: a Lipschitz bound of 0", Error);
  CHECK_THROWS_WITH_AS(gauss_radii(logits, gamma, infinity), "certificates: a Lipschitz bound of inf", Error);
  CHECK_THROWS_WITH_AS(gauss_radii(logits, ones({3}), 1),
                       "certificates: logits (1, 2) of a head of 3 classes", Error);
  CHECK_THROWS_WITH_AS(gauss_radii(logits, zeros({2}), 1), "certificates: a gamma of 0", Error);
  CHECK_THROWS_WITH_AS(island_distances(ones({2, 2}), gamma, 1, 1),
                       "islands: a confidence of 1 is not in (0, 1)", Error);
  CHECK_THROWS_WITH_AS(count_certificates({}, {}), "certificates: no images", Error);
  CHECK_THROWS_AS(own_confidence_radii(logits, ones({3, 2}), gamma, 1), Error);
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
    const CertificateCounts counts =
        count_certificates(certified_radii(net.head(), logits, told.lipschitz), {1.0 / 255});
    CHECK(std::round(1e4 * counts.median) == doctest::Approx(1e4 * told.median));
    CHECK(counts.at_least[0].images == told.images);
  }
}

}  // namespace
}  // namespace voronet
