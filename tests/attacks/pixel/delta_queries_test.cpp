#include <voronet/attacks/pixel/pixel_queries.h>

#include "layers/plan/plan_networks.h"
#include "support/authors_networks.h"
#include "support/near.h"
#include "support/sanitized.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

data::Images random_image(const ClassifierConfig& config, Random& random) {
  data::Images image{1, config.height, config.width, config.channels, {}};
  for (Index e = 0; e < image.image_size(); ++e)
    image.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
  return image;
}

void add_values(PixelCandidates& candidates, Index channels, Random& random) {
  for (Index k = 0; k < channels; ++k)
    candidates.values.push_back(static_cast<std::uint8_t>(random.below(256)));
}

// n candidates anywhere.
PixelCandidates random_candidates(const data::Images& base, Index n, Index pixels, Random& random) {
  PixelCandidates candidates{.pixels = pixels, .positions = {}, .values = {}};
  for (Index p = 0; p < n * pixels; ++p) {
    candidates.positions.push_back(static_cast<std::int32_t>(random.below(base.height * base.width)));
    add_values(candidates, base.channels, random);
  }
  return candidates;
}

// `each` candidates for every `step`-th pixel of the border, so for each corner.
PixelCandidates border_candidates(const data::Images& base, Index each, Index step, Random& random) {
  PixelCandidates candidates;
  const auto add = [&](Index row, Index column) {
    for (Index i = 0; i < each; ++i) {
      candidates.positions.push_back(static_cast<std::int32_t>(row * base.width + column));
      add_values(candidates, base.channels, random);
    }
  };
  for (const Index row : {Index{0}, base.height - 1})
    for (Index column = 0; column < base.width; column += step) add(row, column);
  for (const Index column : {Index{0}, base.width - 1})
    for (Index row = 0; row < base.height; row += step) add(row, column);
  add(base.height - 1, base.width - 1);
  return candidates;
}

void check_equals_dense(Classifier& model, const data::Images& base, const PixelCandidates& candidates) {
  const Prediction got = ask_pixels_of(model)(base)(candidates);
  const Prediction expected = dense_queries(predict_with(model), base)(candidates);
  CHECK(relative_error(got.logits, expected.logits) < tolerance(got.logits.dtype()));
  CHECK(relative_error(got.confidences, expected.confidences) < 10 * tolerance(got.logits.dtype()));
}

// All borders and corners, groups of one position and mixed ones, one to five pixels.
void check_model(const ClassifierConfig& config, Index candidates, Index border_step, Index each = 16) {
  Random random(7);
  Classifier model(config, random);
  for (const State::Entry& buffer : model.state().buffers)  // batch-norm's statistics, not as they start
    if (buffer.name.find("running") != std::string::npos)
      buffer.tensor->assign(uniform(buffer.tensor->shape(), 0.1, 0.9, random));
  const data::Images base = random_image(config, random);
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    model.to(dtype);
    for (Index pixels = 1; pixels <= 5; ++pixels)
      check_equals_dense(model, base, random_candidates(base, candidates, pixels, random));
    check_equals_dense(model, base, border_candidates(base, 1, border_step, random));
    check_equals_dense(model, base, border_candidates(base, each, 3 * border_step, random));
  }
}

}  // namespace

TEST_CASE("delta queries equal the ordinary forward: LeNet with any head, gray and in colour") {
  check_model({}, 300, 1);
  check_model({.head = "gauss"}, 300, 1);
  check_model({.head = "duq"}, 100, 1);
  check_model({.head = "ddu", .spectral_norm = 0.5}, 100, 1);
  check_model({.height = 20, .width = 27, .channels = 3}, 100, 1);
}

TEST_CASE("delta queries equal the ordinary forward: VGG11 and ResNet18") {
  for (const char* model : {"vgg11", "resnet18"}) {
    ClassifierConfig config{.model = model, .model_width = 8, .height = 32, .width = 32, .channels = 3};
    check_model(config, sanitized ? 5 : 100, 1);
    config.model_width = 16;  // wide enough for Winograd's tiles
    check_model(config, sanitized ? 3 : 40, 7);
    if (sanitized) continue;  // full width takes half a minute
    config.model_width = 0;
    config.head = "gauss";
    check_model(config, 1, 31, 1);
  }
}

TEST_CASE("delta queries equal the ordinary forward on trained networks") {
  const auto authors = authors_networks();
  if (!authors) return;
  Random random(8);
  for (const std::string head : {"softmax", "gauss"})
    for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
      Classifier model = authors->load(head);
      model.to(dtype);
      for (Index i = 0; i < 5; ++i) {
        const data::Images base = authors->images.images.select(std::vector{i});
        for (Index pixels = 1; pixels <= 3; ++pixels)
          check_equals_dense(model, base, random_candidates(base, 300, pixels, random));
        check_equals_dense(model, base, border_candidates(base, 20, 9, random));
      }
    }
}

TEST_CASE("delta queries: the last of equal positions stands, and no change is none") {
  Random random(9);
  Classifier model({}, random);
  const data::Images base = random_image(model.config(), random);
  check_equals_dense(model, base, {.pixels = 2, .positions = {5, 5, 700, 0}, .values = {0, 255, 1, 2}});
  const std::uint8_t same = base.pixels[30];
  const Prediction got = ask_pixels_of(model)(base)({.positions = {30}, .values = {same}});
  CHECK(relative_error(got.logits, predict_with(model)(base).logits) < 1e-6);
}

TEST_CASE("delta queries: the same bits for any number of threads") {
  Random random(10);
  Classifier model({}, random);
  const data::Images base = random_image(model.config(), random);
  PixelCandidates candidates = random_candidates(base, 500, 1, random);
  for (Index i = 0; i < 300; ++i) {
    candidates.positions.push_back(400);
    add_values(candidates, 1, random);
  }
  const auto run = [&] { return ask_pixels_of(model)(base)(candidates).logits.to_vector(); };
  const auto expected = with_threads(1, run);
  for (const int n : {2, 3}) CHECK(with_threads(n, run) == expected);
}

TEST_CASE("delta queries ask about one image that the model takes") {
  Random random(11);
  Classifier model({}, random);
  const AskPixels ask = ask_pixels_of(model);
  CHECK_THROWS_WITH_AS(ask({2, 28, 28, 1, std::vector<std::uint8_t>(2 * 784)}),
                       doctest::Contains("one image, not 2"), Error);
  CHECK_THROWS_WITH_AS(ask({1, 28, 29, 1, std::vector<std::uint8_t>(28 * 29)}),
                       doctest::Contains("the model takes"), Error);
  const auto queries = ask(random_image(model.config(), random));
  CHECK_THROWS_WITH_AS(queries({.positions = {784}, .values = {0}}), doctest::Contains("position 784"),
                       Error);
}
