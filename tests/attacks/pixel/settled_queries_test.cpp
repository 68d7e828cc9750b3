#include <voronet/attacks/pixel/settled_queries.h>

#include <cmath>
#include <limits>

#include "attacks/hand_made_model.h"
#include <doctest/doctest.h>

using namespace voronet;

namespace {

// Classes 0 and 1 have the confidences (and logits) 1 and 1 + shift at value 100, further apart elsewhere.
Predict tie_at_100(double shift) {
  return hand_made([shift](std::span<const std::uint8_t> bytes) {
    return std::vector<double>{1, 1 + shift + (bytes[0] - 100) / 100.0};
  });
}

AttackedModel quick_and_ordinary(const Predict& quick, const Predict& ordinary) {
  AttackedModel model(ordinary);
  model.ask_pixels = [quick](const data::Images& base) { return dense_queries(quick, base); };
  return model;
}

}  // namespace

TEST_CASE("where rounding could turn a verdict the ordinary forward has the last word") {
  Index asked = 0;
  const Predict ordinary = [&](const data::Images& images) {
    asked += images.count;
    return tie_at_100(1e-6)(images);
  };
  const data::Images image = plain_images(1, 1, 2, 1, 0);
  const auto queries = settled_queries(quick_and_ordinary(tie_at_100(-1e-6), ordinary), image, 0, 0.5);
  const PixelCandidates candidates{1, {0, 0, 1, 0}, {99, 100, 100, 101}};
  const Prediction answers = queries(candidates);
  CHECK(answers.classes == std::vector<int>{0, 1, 0, 1});
  CHECK(asked == 1);
  CHECK(answers.confidences.at(3) == 1 + 1e-6);
  CHECK(answers.logits.at(3) == 1 + 1e-6);
  CHECK(answers.confidences.at(7) < 1.0099995);  // an answer beyond doubt stays as it is
}

TEST_CASE("a flip whose confidence is close to tau is settled too, another class's alone") {
  const auto at = [](double confidence) {
    return hand_made([=](std::span<const std::uint8_t> bytes) {
      return bytes[0] == 0 ? std::vector<double>{confidence, 0} : std::vector<double>{0, confidence};
    });
  };
  const data::Images image = plain_images(1, 1, 1, 1, 0);
  const auto queries = settled_queries(quick_and_ordinary(at(0.099999), at(0.100001)), image, 0, 0.1);
  const Prediction answers = queries({1, {0, 0}, {0, 1}});
  CHECK(answers.confidences.at(0) == 0.099999);
  CHECK(answers.confidences.at(3) == 0.100001);
}

TEST_CASE("an answer that is not finite is settled") {
  for (const double odd : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    const Predict quick = hand_made([odd](std::span<const std::uint8_t> bytes) {
      return bytes[0] == 0 ? std::vector<double>{1, 0} : std::vector<double>{odd, 0};
    });
    const Predict ordinary = hand_made([](std::span<const std::uint8_t>) {
      return std::vector<double>{0, 1};
    });
    const data::Images image = plain_images(1, 1, 1, 1, 0);
    const auto queries = settled_queries(quick_and_ordinary(quick, ordinary), image, 0, 0.1);
    CHECK(queries({1, {0, 0}, {0, 1}}).classes == std::vector<int>{0, 1});
  }
}
