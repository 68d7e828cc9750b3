#include <voronet/apps/proven_network.h>
#include <voronet/layers/loss.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "authors_networks.h"
#include "sanitized.h"
#include "toy_proof.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

const Screen nowhere;

ProvenNetwork prove_toy(const std::string& head, Index features, ProveOptions options = {}) {
  const ToyProof toy;
  return prove_network({toy.network(head, features), {}}, toy.data(), options, nowhere);
}

}  // namespace

TEST_CASE("every number about a network is there, and all checks pass") {
  for (const char* head : {"softmax", "gauss"})
    for (const Index features : {2, 4}) {
      const ProvenNetwork proven = prove_toy(head, features, {.images = 12});
      CAPTURE(head);
      CAPTURE(features);
      CHECK(proven.name == head);
      CHECK(proven.features.shape() == Shape{30, features});
      CHECK(proven.not_nearest == 0);
      CHECK(proven.first() == 12);
      CHECK(proven.jacobian_norms.size() == 12);
      CHECK(proven.pair_ratio > 0);
      CHECK(proven.pair_ratio <= proven.fused.total.bound);
      CHECK(proven.fused.total.bound <= proven.apart.total.bound * (1 + 1e-6));
      CHECK(proven.shown_centroids.shape() == Shape{10, features});
      CHECK(proven.softmax.has_value() == (proven.network.config().head == "softmax"));
      for (const Check& check : proven.checks.all()) CHECK_MESSAGE(check.ok(), check.name);
    }
}

TEST_CASE("the parts of cross-entropy add up to it") {
  const ProvenNetwork proven = prove_toy("softmax", 4);
  const double expected = cross_entropy(proven.logits, proven.labels).item();
  CHECK(proven.cross_entropy.sum() == doctest::Approx(expected));
}

TEST_CASE("a moved centroid fails checks of either head") {
  for (const char* head : {"softmax", "gauss"})
    CHECK(prove_toy(head, 2, {.images = 9, .spoil = true}).checks.failed() > 0);
}

TEST_CASE("a single feature and values that are not finite are refused") {
  CHECK_THROWS_WITH_AS(prove_toy("softmax", 1), "prove: softmax has a single feature; at least 2 are needed",
                       Error);
  const ToyProof toy;
  Classifier broken = ToyProof::classifier("gauss", 2);
  broken.parameters()[0].mutable_data<float>()[3] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH_AS(prove_network({toy.network("broken", std::move(broken)), {}}, toy.data(), {}, nowhere),
                       "prove: broken: embed.conv1.weight holds a value that is not finite", Error);
}

TEST_CASE("a data set of other classes is refused, and few images are enough") {
  const ToyProof toy;
  CHECK_THROWS_WITH_AS(prove_network({toy.network("softmax"), {}}, toy_data(9), {}, nowhere),
                       "prove: softmax has 10 classes, toy has 3", Error);
  const ProvenNetwork one = prove_toy("softmax", 2, {.images = 1});
  CHECK(one.checks.failed() == 0);
  CHECK(std::isnan(one.class_mean_accuracy));
}

TEST_CASE("the authors' softmax layer is a nearest-centroid rule on all 10,000 images") {
  const auto authors = authors_networks();
  if (!authors) return;
  std::vector<Index> first(sanitized ? 500 : authors->images.size());
  std::iota(first.begin(), first.end(), 0);
  const ProvenNetwork softmax =
      prove_network({authors->path("softmax").string(), {{"model", "lenet"}}}, authors->images.select(first),
                    {.images = sanitized ? 30 : 100}, nowhere);
  CHECK(softmax.not_nearest == 0);
  CHECK(softmax.checks.failed() == 0);
  if (sanitized) return;
  CHECK(softmax.correct == 9070);
  CHECK(softmax.class_mean_accuracy == doctest::Approx(0.8998));
}
