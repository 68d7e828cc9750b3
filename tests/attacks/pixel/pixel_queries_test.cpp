#include <voronet/attacks/pixel/pixel_queries.h>

#include "attacks/hand_made_model.h"
#include <doctest/doctest.h>

using namespace voronet;

namespace {

// A model whose confidences are the bytes of the image.
Predict bytes() {
  return hand_made(
      [](std::span<const std::uint8_t> image) { return std::vector<double>(image.begin(), image.end()); });
}

}  // namespace

TEST_CASE("dense queries change the candidates' pixels, the last of equal positions standing") {
  const auto queries = dense_queries(bytes(), plain_images(1, 1, 3, 2, 9));
  const Prediction got =
      queries({.pixels = 2, .positions = {0, 2, 1, 1}, .values = {1, 2, 3, 4, 5, 6, 7, 8}});
  CHECK(got.confidences.to_vector() == std::vector<double>{1, 2, 9, 9, 3, 4, 9, 9, 7, 8, 9, 9});
  CHECK(got.classes == std::vector<int>{2, 0});
}

TEST_CASE("a classifier's pixel queries answer for whole images, of one base image alone") {
  Random random(1);
  Classifier model({}, random);
  const AskPixels ask = ask_pixels_of(model);
  const data::Images base = plain_images(1, 28, 28, 1, 100);
  const auto queries = ask(base);
  const PixelCandidates candidates{.positions = {0, 783, 400}, .values = {255, 0, 100}};
  CHECK(candidates.count() == 3);
  const Prediction got = queries(candidates);
  const Prediction expected = predict_with(model)(changed_images(base, candidates));
  CHECK(got.classes == expected.classes);
  for (Index i = 0; i < expected.logits.size(); ++i)
    CHECK(got.logits.at(i) == doctest::Approx(expected.logits.at(i)).epsilon(1e-5));
  CHECK_THROWS_WITH_AS(ask(plain_images(2, 28, 28, 1, 0)), doctest::Contains("one image, not 2"), Error);
}

TEST_CASE("candidates that are none are refused") {
  const auto queries = dense_queries(bytes(), plain_images(1, 2, 2, 1, 0));
  CHECK_THROWS_WITH_AS(queries({.positions = {4}, .values = {0}}),
                       doctest::Contains("position 4 is not in an image of 2 x 2"), Error);
  CHECK_THROWS_AS(queries({.positions = {-1}, .values = {0}}), Error);
  CHECK_THROWS_WITH_AS(queries({.positions = {1}, .values = {0, 1}}),
                       doctest::Contains("1 positions and 2 values"), Error);
  CHECK_THROWS_AS(queries({.pixels = 2, .positions = {1}, .values = {0}}), Error);
  CHECK_THROWS_AS(queries({}), Error);
}

TEST_CASE("chosen candidates keep their pixels and values") {
  const PixelCandidates candidates{
      .pixels = 2, .positions = {0, 1, 2, 3, 4, 5}, .values = {1, 2, 3, 4, 5, 6}};
  const std::vector<Index> last_and_first{2, 0}, absent{3};
  const PixelCandidates chosen = candidates.select(last_and_first);
  CHECK(chosen.pixels == 2);
  CHECK(chosen.positions == std::vector<std::int32_t>{4, 5, 0, 1});
  CHECK(chosen.values == std::vector<std::uint8_t>{5, 6, 1, 2});
  CHECK_THROWS_WITH_AS(candidates.select(absent), "pixel queries: there is no candidate 3 of 3", Error);
}
