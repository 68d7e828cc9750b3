#include <voronet/apps/prove/proven_network.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/heads/ddu.h>
#include <voronet/layers/loss.h>
#include <voronet/layers/networks/lenet.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "apps/attack/toy_proof.h"
#include "support/authors_networks.h"
#include "support/sanitized.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

const Screen nowhere;

ProvenNetwork prove(const CheckpointOptions& checkpoint, const data::Dataset& data, ProveOptions options) {
  ProvenNetwork proven = load_provable(checkpoint, data);
  prove_network(proven, data, options, nowhere);
  return proven;
}

ProvenNetwork prove_toy(const std::string& head, Index features, ProveOptions options = {}) {
  const ToyProof toy;
  return prove({toy.network(head, features), {}}, toy.data(), options);
}

bool has_check(const ProvenNetwork& proven, const std::string& name) {
  return std::ranges::any_of(proven.checks.all(), [&](const Check& check) { return check.name == name; });
}

// Refused with this message, before anything is proved.
void check_refused(const ToyProof& toy, Classifier network, const std::string& message) {
  CHECK_THROWS_WITH_AS(load_provable({toy.network("broken", std::move(network)), {}}, toy.data()),
                       doctest::Contains(message.c_str()), Error);
}

}  // namespace

TEST_CASE("every number about a network is there, and all checks pass") {
  for (const char* head : {"softmax", "gauss", "duq", "ddu"})
    for (const Index features : {2, 4}) {
      const ProvenNetwork proven = prove_toy(head, features, {.images = 12});
      CAPTURE(head);
      CAPTURE(features);
      CHECK(proven.name == head);
      CHECK(proven.images.features.shape() == Shape{30, features});
      CHECK(proven.centroids.not_nearest == 0);
      CHECK(proven.first() == 12);
      CHECK(proven.bounds.jacobian_norms.size() == 12);
      CHECK(proven.bounds.pair_ratio > 0);
      CHECK(proven.bounds.pair_ratio <= proven.bounds.fused.total.bound);
      CHECK(proven.bounds.fused.total.bound <= proven.bounds.apart.total.bound * (1 + 1e-6));
      CHECK(proven.last_layer == head);
      CHECK(proven.centroids.distances.shape() == Shape{30, 10});
      CHECK(proven.centroids.shown.defined() == (proven.last_layer != "duq"));
      CHECK(proven.centroids.softmax.has_value() == (proven.network.config().head == "softmax"));
      CHECK(has_check(proven, "confidence-slope") == !proven.centroids.softmax);
      for (const Check& check : proven.checks.all()) CHECK_MESSAGE(check.ok(), check.name);
    }
}

TEST_CASE("the parts of cross-entropy add up to it") {
  const ProvenNetwork proven = prove_toy("softmax", 4);
  const double expected = cross_entropy(proven.images.logits, proven.images.labels).item();
  CHECK(proven.centroids.softmax->cross_entropy.sum() == doctest::Approx(expected));
}

TEST_CASE("a moved centroid fails checks of either head") {
  for (const char* head : {"softmax", "gauss", "duq", "ddu"})
    CHECK(prove_toy(head, 2, {.images = 9, .spoil = true}).checks.failed() > 0);
}

TEST_CASE("of DDU the softmax layer is proven, and it is counted where the Gaussians say otherwise") {
  const ToyProof toy;
  Classifier ddu = ToyProof::classifier("ddu", 2);
  auto& head = dynamic_cast<DduHead&>(ddu.head());
  const Tensor weight = head.weight.clone();
  head.means.mutable_data<float>()[2 * 4] = 1e4F;   // nothing is near class 4's Gaussian
  head.log_scales.mutable_data<float>()[7] = 1e6F;  // all that there is is class 7
  const ProvenNetwork proven = prove({toy.network("ddu", std::move(ddu)), {}}, toy.data(), {.images = 5});
  CHECK(proven.last_layer == "ddu");
  CHECK(dynamic_cast<const SoftmaxHead&>(proven.network.head()).weight.to_vector() == weight.to_vector());
  const Index as_softmax = std::ranges::count(proven.images.predicted, 7);
  CHECK(proven.gaussians_differ == proven.size() - as_softmax);
}

TEST_CASE("a head of one's own is proven by its form") {
  // The nearest centroid: |x|^2 is the same for all classes, and what is left is linear.
  class VoronoiHead : public Head {
   public:
    explicit VoronoiHead(Random& random) : centroids(variable(uniform({10, 2}, 0, 1, random))) {}
    void describe(State& state) override { state.parameter("centroids", centroids); }
    HeadForm form() const override { return LinearForm{centroids, -0.5 * sum(square(centroids), {1})}; }
    Confidence confidence() const override { return Confidence::softmax; }
    Tensor centroids;
  };
  const ToyProof toy;
  ClassifierConfig config = ToyProof::classifier("softmax", 2).config();
  config.head = "voronoi";
  Random random(3);
  const LeNetOptions size{16, 16, 1, 2, false};
  ProvenNetwork proven{.name = "own",
                       .last_layer = "voronoi",
                       .network = {config, lenet(size, random), std::make_unique<VoronoiHead>(random)}};
  proven.network.to(Dtype::f64);
  proven.network.eval();
  prove_network(proven, toy.data(), {.images = 9}, nowhere);
  CHECK(proven.centroids.not_nearest == 0);
  CHECK(proven.checks.failed() == 0);
  CHECK(has_check(proven, "certificate"));
  CHECK(has_check(proven, "cross-entropy"));
}

TEST_CASE("a single feature and values that make no sense are refused, in buffers too") {
  const ToyProof toy;
  check_refused(toy, ToyProof::classifier("softmax", 1),
                "prove: broken has a single feature; at least 2 are needed");
  Classifier broken = ToyProof::classifier("gauss", 2);
  broken.parameters()[0].mutable_data<float>()[3] = std::numeric_limits<float>::quiet_NaN();
  check_refused(toy, std::move(broken),
                "broken.safetensors: embed.conv1.weight holds a value that is not finite");
  Classifier no_gamma = ToyProof::classifier("gauss", 2);
  dynamic_cast<GaussHead&>(no_gamma.head()).gamma.mutable_data<float>()[1] = 0;
  check_refused(toy, std::move(no_gamma), "broken.safetensors: a gamma of 0 is not positive");
  Classifier no_sums = ToyProof::classifier("duq", 2);
  dynamic_cast<DuqHead&>(no_sums.head()).sums.mutable_data<float>()[1] =
      std::numeric_limits<float>::infinity();
  check_refused(toy, std::move(no_sums), "broken.safetensors: classifier.m holds a value that is not finite");
  Classifier no_counts = ToyProof::classifier("duq", 2);
  dynamic_cast<DuqHead&>(no_counts.head()).counts.mutable_data<float>()[1] = 0;
  check_refused(toy, std::move(no_counts),
                "broken.safetensors: m / N, the centroids, holds a value that is not finite");
}

TEST_CASE("a data set of other classes or images is refused, and few images are enough") {
  const ToyProof toy;
  CHECK_THROWS_WITH_AS(load_provable({toy.network("softmax"), {}}, toy_data(9)),
                       "softmax has 10 classes, toy has 3", Error);
  ClassifierConfig larger = ToyProof::classifier("softmax", 2).config();
  larger.height = 20;
  Random random(1);
  CHECK_THROWS_AS(load_provable({toy.network("larger", {larger, random}), {}}, toy.data()), Error);
  const ProvenNetwork one = prove_toy("softmax", 2, {.images = 1});
  CHECK(one.checks.failed() == 0);
  CHECK(std::isnan(one.centroids.class_mean_accuracy));
}

TEST_CASE("the authors' softmax layer is a nearest-centroid rule on all 10,000 images") {
  const auto authors = authors_networks();
  if (!authors) return;
  std::vector<Index> first(sanitized ? 500 : authors->images.size());
  std::iota(first.begin(), first.end(), 0);
  const ProvenNetwork softmax = prove({authors->path("softmax").string(), {{"model", "lenet"}}},
                                      authors->images.select(first), {.images = sanitized ? 30 : 100});
  CHECK(softmax.centroids.not_nearest == 0);
  CHECK(softmax.checks.failed() == 0);
  if (sanitized) return;
  CHECK(softmax.images.correct == 9070);
  CHECK(softmax.centroids.class_mean_accuracy == doctest::Approx(0.8998));
}

TEST_CASE("the authors' DUQ network is a nearest-centroid rule, each class in its own space") {
  const auto authors = authors_networks();
  if (!authors) return;
  std::vector<Index> first(sanitized ? 500 : authors->images.size());
  std::iota(first.begin(), first.end(), 0);
  const ProvenNetwork duq = prove({authors->path("duq").string(), {{"model", "lenet"}}},
                                  authors->images.select(first), {.images = sanitized ? 30 : 100});
  CHECK(duq.centroids.not_nearest == 0);
  CHECK(duq.checks.failed() == 0);
  if (!sanitized) CHECK(duq.images.correct == 8727);
}
