#include <voronet/apps/prove/page.h>

#include "apps/attack/toy_proof.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

ProvenNetwork ending_in(const std::string& head) {
  return {.name = "n", .last_layer = head, .network = ToyProof::classifier(head, 2)};
}

}  // namespace

TEST_CASE("what was checked is not said to be absent: cones of a softmax layer without bias") {
  ProvenNetwork network = ending_in("softmax");
  CHECK(absent_checks(network).size() == 2);
  network.checks.trial("cones", "", 0, 0);
  const std::vector<AbsentCheck> absent = absent_checks(network);
  REQUIRE(absent.size() == 1);
  CHECK(absent[0].what ==
        "T6, the islands and the radii from the own confidence (confidence-slope, islands, own-confidence)");
}

TEST_CASE("heads of centroids have no theorems of softmax, and DUQ no distances between centroids") {
  CHECK(absent_checks(ending_in("gauss")).size() == 1);
  CHECK(absent_checks(ending_in("duq")).size() == 3);
}

TEST_CASE("of DDU it is said how many images the Gaussians would classify otherwise") {
  ProvenNetwork network = ending_in("softmax");  // as it is when the Gaussians are gone
  network.images.labels = {0, 1, 2};
  network.gaussians_differ = 2;
  CHECK(absent_checks(network).back().what == "The class Gaussians and their density");
  CHECK(absent_checks(network).back().why.ends_with("another class than softmax for 2 of 3 images"));
}
