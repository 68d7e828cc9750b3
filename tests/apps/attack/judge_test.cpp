#include <voronet/apps/attack/judge.h>
#include <voronet/attacks/summary.h>

#include <cmath>
#include <tuple>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

// Images of 1 x 3 x 1: class 1 where the first value is above a half, with its confidence, otherwise class 0.
Prediction says(const Tensor& images) {
  std::vector<double> all;
  std::vector<int> classes;
  for (Index i = 0; i < images.dim(0); ++i) {
    const double one = images.at(3 * i);
    all.insert(all.end(), {1 - one, one});
    classes.push_back(one > 0.5);
  }
  const Tensor rows = from(all, {images.dim(0), 2}, Dtype::f64);
  return {rows, rows, classes};
}

// Four dark images, of class 0, but the third one is said to be of class 1.
data::Dataset dark() {
  data::Dataset set;
  set.name = "dark";
  set.images = {4, 1, 3, 1, std::vector<std::uint8_t>(12, 51)};
  set.labels = {0, 0, 1, 0};
  set.classes = 2;
  set.class_names = {"dark", "bright"};
  return set;
}

constexpr float same = 0.2F;  // 51 / 255

AdversarialImages given(const std::vector<double>& values, const std::vector<Index>& indices) {
  const Index n = std::ssize(indices);
  const auto none = std::vector<std::optional<int>>(indices.size());
  return {from(values, {n, 1, 3, 1}), indices, none, none};
}

JudgeRules pixel_rules(Index pixels = 1) { return {.pixels = pixels, .epsilon = {}}; }
JudgeRules norm_rules(double epsilon, const std::string& norm) {
  return {.pixels = {}, .epsilon = epsilon, .norm = norm};
}

// The rule that a single image of the first original breaks, "flip" or "" where it flips or not.
std::string verdict(const std::vector<double>& values, const JudgeRules& rules) {
  const Judgement judgement = judge(given(values, {0}), dark(), {}, rules, says);
  const JudgedImage& image = judgement.images.at(0);
  CHECK((image.row.flip() && !image.broken.empty()) == false);
  CHECK(judgement.run.rows == std::vector{image.row});
  return image.row.flip() ? "flip" : image.broken;
}

}  // namespace

TEST_CASE("each image is judged beside its original: what changed, whether it may, and whether it flips") {
  const double bright = 204 / 255.0, more = 102 / 255.0;
  const Judgement judgement =
      judge(given({bright, same, same, bright, more, same, same, same, same, 1.5, same, same}, {3, 1, 2, 0}),
            dark(), {}, pixel_rules(), says);
  REQUIRE(judgement.images.size() == 4);
  const auto& [flipped, two_pixels, wrong, outside] =
      std::tie(judgement.images[0], judgement.images[1], judgement.images[2], judgement.images[3]);
  CHECK(flipped.row.index == 3);
  CHECK(flipped.row.flip());
  CHECK(flipped.row.confident_flip());
  CHECK(flipped.row.predicted == 1);
  CHECK(flipped.row.confidences_after[1] == doctest::Approx(0.8));
  CHECK(flipped.pixels == 1);
  CHECK(flipped.linf == doctest::Approx(0.6));
  CHECK(flipped.whole_bytes);
  CHECK(flipped.in_range);
  CHECK(two_pixels.broken == "more than 1 pixel");
  CHECK_FALSE(two_pixels.row.flip());
  CHECK(two_pixels.pixels == 2);
  CHECK(two_pixels.l1 == doctest::Approx(0.8));
  CHECK(two_pixels.l2 == doctest::Approx(std::sqrt(0.4)));
  CHECK_FALSE(wrong.correct);
  CHECK(wrong.broken.empty());
  CHECK(outside.broken == "outside [0, 1]");
  CHECK(judgement.broken == std::map<std::string, Index>{{"more than 1 pixel", 1}, {"outside [0, 1]", 1}});

  const AttackSummary summary = summarise(judgement.run, 0.1);
  CHECK(summary.attacked == 3);  // without the one that is wrong before
  CHECK(summary.flips.count == 1);
  CHECK_FALSE(summary.robust_accuracy);
}

TEST_CASE("a range says which originals were attacked, with an image or without") {
  const Judgement judgement =
      judge(given({1, same, same}, {1}), dark(), data::ImageRange{0, 4}, pixel_rules(), says);
  const AttackSummary summary = summarise(judgement.run, 0.1);
  CHECK(summary.attacked == 3);
  CHECK(summary.flips.count == 1);
  REQUIRE(summary.robust_accuracy);
  CHECK(summary.robust_accuracy->count == 2);
  CHECK(summary.robust_accuracy->of == 4);
}

TEST_CASE("each rule is broken by what exceeds it alone") {
  const double nan = std::nan("");
  CHECK(verdict({1, same, same}, pixel_rules()) == "flip");
  CHECK(verdict({same, same, same}, pixel_rules()).empty());
  CHECK(verdict({std::nextafter(1.0F, 0.0F), same, same}, pixel_rules()) == "flip");  // the byte 255
  CHECK(verdict({0.9, same, same}, pixel_rules()) == "no whole bytes");
  CHECK(verdict({1, 1, same}, pixel_rules(2)) == "flip");
  CHECK(verdict({1, 1, 1}, pixel_rules(2)) == "more than 2 pixels");
  CHECK(verdict({nan, same, same}, pixel_rules()) == "outside [0, 1]");
  CHECK(verdict({same, -0.01, same}, norm_rules(1, "linf")) == "outside [0, 1]");

  CHECK(verdict({0.7, 0.3, 0.3}, norm_rules(0.5, "linf")) == "flip");
  CHECK(verdict({0.7001, same, same}, norm_rules(0.5, "linf")) == "linf above 0.5");
  CHECK(verdict({0.6, 0.5, same}, norm_rules(0.5, "l2")) == "flip");
  CHECK(verdict({0.6, 0.51, same}, norm_rules(0.5, "l2")) == "l2 above 0.5");
  CHECK(verdict({0.6, 0.3, same}, norm_rules(0.5, "l1")) == "flip");
  CHECK(verdict({0.6, 0.31, same}, norm_rules(0.5, "l1")) == "l1 above 0.5");
  JudgeRules both = norm_rules(0.5, "linf");
  both.pixels = 1;
  CHECK(verdict({178.5 / 255, same, same}, both) == "no whole bytes");
  CHECK(verdict({178 / 255.0, same, same}, both) == "flip");
}

TEST_CASE("a flip to another class than the target is none, and confidence counts from tau on") {
  AdversarialImages images = given({1, same, same}, {0});
  images.targets[0] = 0;
  CHECK_THROWS_WITH_AS(judge(images, dark(), {}, pixel_rules(), says), doctest::Contains("is not another"),
                       Error);
  images.targets[0] = 1;
  CHECK(judge(images, dark(), {}, pixel_rules(), says).images[0].row.flip());
  JudgeRules rules = pixel_rules();
  rules.tau = 0.9;
  CHECK_FALSE(judge(images, dark(), {}, rules, says).images[0].row.confident_flip());
}

TEST_CASE("images that are not of this data set are refused") {
  const auto refused = [](AdversarialImages images, const std::optional<data::ImageRange>& range,
                          const char* why) {
    CHECK_THROWS_WITH_AS(judge(images, dark(), range, pixel_rules(), says), why, Error);
  };
  const std::vector<double> two(6, same);
  refused({ones({1, 3, 1, 1}), {0}, {{}}, {{}}}, {},
          "judge: the images are (3, 1, 1), those of dark are (1, 3, 1)");
  refused(given(two, {0, 4}), {}, "judge: image 1 is of image 4, which the data set does not have");
  refused(given(two, {0, 3}), data::ImageRange{0, 2},
          "judge: image 1 is of image 3, which is not in the range");
  refused(given(two, {1, 1}), {}, "judge: image 1 is the second one of image 1");
  AdversarialImages labelled = given(two, {0, 1});
  labelled.labels[1] = 1;
  refused(labelled, {}, "judge: image 1 is said to be of class 1, but image 1 of dark is of class 0");
  AdversarialImages targeted = given(two, {0, 1});
  targeted.targets[0] = 1;
  refused(targeted, data::ImageRange{0, 2}, "judge: a range is of images without targets");
  targeted.targets[0] = 2;
  refused(targeted, {}, "judge: image 0 has target 2 of 2 classes");
}
