// The census of real networks and images against the plainest count there is.
#include <voronet/attacks/proof/exact.h>

#include "support/authors_networks.h"
#include "support/sanitized.h"
#include "support/skip.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// All 784 x 256 candidates as whole images through the ordinary forward, 256 at a time.
Census plain_census(const Predict& predict, const data::Images& image, int label, double tau) {
  Census census;
  for (Index position = 0; position < image.image_size(); ++position) {
    const std::vector<Index> copies(256, 0);
    data::Images all_values = image.select(copies);
    for (int v = 0; v < 256; ++v) all_values.image(v)[position] = static_cast<std::uint8_t>(v);
    const Prediction answers = predict(all_values);
    WeakPixel pixel{position / image.width, position % image.width, 0, 0};
    for (int v = 0; v < 256; ++v) {
      const int predicted = answers.classes[v];
      if (predicted == label) continue;
      ++pixel.adversarial;
      pixel.adversarial_confident += answers.confidences.at({v, predicted}) > tau;
    }
    if (pixel.adversarial > 0) census.weak_pixels.push_back(pixel);
  }
  return census;
}

}  // namespace

TEST_CASE("the census of the authors' networks equals a plain forward over all 200,704 candidates") {
  if (sanitized) return skipped("an image takes a minute or two here");
  const auto authors = authors_networks();
  if (!authors) return;
  // Images that one pixel flips, of confidences from .13 to .94, and one that none does.
  const std::vector<std::pair<std::string, std::vector<Index>>> chosen = {{"gauss", {21, 44, 0}},
                                                                          {"softmax", {14, 26}}};
  for (const auto& each : chosen) {
    const std::string& head = each.first;
    Classifier classifier = authors->load(head);
    const AttackedModel model(classifier);
    const Exact method{.network = std::make_shared<const ProvableNetwork>(classifier), .census = true};
    for (const Index index : each.second) {
      CAPTURE(head);
      CAPTURE(index);
      const data::Images image = authors->images.images.select({&index, 1});
      const int label = authors->images.labels[index];
      const AttackRow row = attack(method, model, image, index, label);
      REQUIRE(row.confidences_before[label] >= 0.1);
      REQUIRE(row.census.has_value());
      CHECK(*row.census == plain_census(model.predict, image, label, 0.1));
      CHECK(row.flip() == (index != 0));
    }
  }
}
