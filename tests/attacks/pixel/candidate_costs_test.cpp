#include <voronet/attacks/pixel/one_pixel.h>

#include "attacks/hand_made_model.h"
#include <doctest/doctest.h>

using namespace voronet;

namespace {

// An attack on a black 1 x 3 image; bytes 0 and 2 take from class 0 and give to class 1, which wins above
// 153.
struct Scene {
  explicit Scene(Fitness fitness)
      : watch(predict, image, row, Goal::flip, 0.1), costs(fitness, row, queries, watch) {}

  Predict predict = hand_made([this](std::span<const std::uint8_t> bytes) {
    ++asked;
    const double v = std::max(bytes[0], bytes[2]) / 255.0;
    return std::vector<double>{0.9 - 0.6 * v, 0.9 * v};
  });
  Index asked = 0;
  data::Images image = plain_images(1, 1, 3, 1, 0);
  AttackRow row;
  PixelQueries queries = dense_queries(predict, image);
  FlipWatch watch;
  CandidateCosts costs;
};

}  // namespace

TEST_CASE("costs are the label's confidence or what the goal lacks in logits") {
  const PixelCandidates candidates{1, {0, 1}, {51, 51}};
  Scene published(Fitness::confidence);
  const std::vector<double> confidences = published.costs.of_all(candidates);
  CHECK(confidences[0] == doctest::Approx(0.78));
  CHECK(confidences[1] == doctest::Approx(0.9));
  Scene own(Fitness::margin);
  const std::vector<double> margins = own.costs.of_all(candidates);
  CHECK(margins[0] == doctest::Approx(0.6));
  CHECK(margins[1] == doctest::Approx(0.9));
}

TEST_CASE("no image is asked about twice, whatever the order of its pixels, and each has its cost") {
  Scene s(Fitness::margin);
  s.asked = 0;
  const PixelCandidates candidates{2, {0, 1, 1, 0, 0, 0, 1, 2}, {51, 9, 9, 51, 77, 51, 9, 51}};
  const std::vector<double> first = s.costs.of_new(candidates, 1);
  CHECK(s.asked == 3);  // the second is the first in another order
  CHECK(first.size() == 4);
  CHECK(first[0] == first[1]);
  CHECK(s.costs.of_new(candidates, 2) == first);
  CHECK(s.asked == 3);
  CHECK(s.costs.of_all(candidates) == first);
  CHECK(s.asked == 7);
}

TEST_CASE("a batch that reaches the goal is the last one that is asked about") {
  Scene s(Fitness::margin);
  s.asked = 0;
  const PixelCandidates candidates{1, {0, 1, 2, 0, 1, 2}, {10, 20, 250, 40, 50, 60}};
  CHECK(s.costs.of_new(candidates, 2).empty());
  CHECK(s.asked == 4 + 1);  // the flip is confirmed alone
  CHECK(s.watch.done());
}
