#include <voronet/attacks/pixel/settled_queries.h>
#include <voronet/attacks/proof/exact.h>
#include <voronet/core/random.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "support/sanitized.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// For small square pictures, of which each pixel weighs.
Classifier tiny_mlp(const std::string& head, Index channels, std::uint64_t seed, Index side) {
  Random random(seed);
  ClassifierConfig config{.model = "mlp",
                          .model_width = 16,
                          .embedding = 8,
                          .head = head,
                          .classes = 4,
                          .height = side,
                          .width = side,
                          .channels = channels,
                          .mean = {0.5},
                          .deviation = {0.2}};
  config.gauss.high = 1;
  return Classifier(config, random);
}

data::Images tiny_image(Index channels, std::uint64_t seed, Index side) {
  Random random(seed, 1);
  data::Images image{1, side, side, channels, {}};
  for (Index i = 0; i < image.image_size(); ++i)
    image.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
  return image;
}

// A toy whose colours are soon searched, an image and its class.
struct Attacked {
  Attacked(const std::string& head, Index channels, std::uint64_t seed, Index side = 4)
      : classifier(tiny_mlp(head, channels, seed, side)),
        model(classifier),
        image(tiny_image(channels, seed, side)) {}

  AttackRow by(const auto& method) const { return attack(method, model, image, 3, label); }
  Exact exact(bool census) {
    return {.network = std::make_shared<const ProvableNetwork>(classifier), .census = census};
  }
  // How many of these colours of a pixel flip the class, by the ordinary forward.
  Index flips(Index position, const std::vector<std::uint8_t>& colours) const {
    const auto count = static_cast<Index>(colours.size()) / image.channels;
    const PixelCandidates candidates{
        .positions = std::vector(static_cast<std::size_t>(count), static_cast<std::int32_t>(position)),
        .values = colours};
    const auto queries = settled_queries(model, image, label, 0.1);
    return std::ranges::count_if(queries(candidates).classes, [&](int found) { return found != label; });
  }

  Classifier classifier;
  AttackedModel model;
  data::Images image;
  int label = model.predict(image).classes[0];
};

Index counted(const AttackRow& row, Index position, Index width) {
  for (const WeakPixel& weak : row.census->weak_pixels)
    if (weak.row * width + weak.column == position) return weak.adversarial;
  return 0;
}

}  // namespace

TEST_CASE("of two channels the exact count at a pixel is that of all its 65,536 values") {
  Index compared = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    CAPTURE(seed);
    Attacked toy(seed % 2 ? "gauss" : "softmax", 2, seed);
    const AttackRow row = toy.by(toy.exact(true));
    std::vector<std::uint8_t> all;
    for (int value = 0; value < 1 << 16; ++value)
      for (const int byte : {value % 256, value / 256}) all.push_back(static_cast<std::uint8_t>(byte));
    for (Index position = 0; position < 16; ++position) {
      CAPTURE(position);
      const Index count = counted(row, position, toy.image.width);
      CHECK(count == toy.flips(position, all));
      compared += count > 0;
    }
  }
  CHECK(compared > 3);
}

TEST_CASE("of colour images random colours flip where the exact count says, and as often") {
  constexpr Index sampled = 4096;
  Index compared = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    CAPTURE(seed);
    Attacked toy(seed % 2 ? "gauss" : "softmax", 3, seed);
    const AttackRow row = toy.by(toy.exact(true));
    CHECK(row.proof->search->undecided == 0);
    CHECK(row.flip() == (row.census->adversarial() > 0));
    CHECK_FALSE((row.proof->certified && row.flip()));
    Random random(seed);
    std::vector<std::uint8_t> colours;
    for (Index i = 0; i < 3 * sampled; ++i) colours.push_back(static_cast<std::uint8_t>(random.below(256)));
    for (Index position = 0; position < 16; ++position) {
      CAPTURE(position);
      const double share = static_cast<double>(counted(row, position, toy.image.width)) / ((1 << 24) - 1);
      const auto found = static_cast<double>(toy.flips(position, colours));
      if (share == 0) CHECK(found == 0);
      // Five standard deviations of a binomial count.
      CHECK(std::abs(found - share * sampled) <= 5 * std::sqrt(share * (1 - share) * sampled) + 1e-9);
      compared += share > 0;
    }
  }
  CHECK(compared > 3);
}

TEST_CASE("without a census the exact search ends with a flip, and decides the same") {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    CAPTURE(seed);
    Attacked toy("softmax", 3, seed);
    const AttackRow all = toy.by(toy.exact(true)), first = toy.by(toy.exact(false));
    CHECK(first.flip() == all.flip());
    CHECK(first.proof->certified == all.proof->certified);
    CHECK_FALSE(first.census.has_value());
    CHECK(first.proof->search->boxes <= all.proof->search->boxes);
  }
}

TEST_CASE("an image whose only tie is at a corner is not certified") {
  // The margin is 1 + more, less the first pixel.
  const auto certified = [](double more) {
    Random random(1);
    Classifier network({.model = "mlp",
                        .model_width = 4,
                        .embedding = 4,
                        .classes = 2,
                        .height = 2,
                        .width = 2,
                        .mean = {0},
                        .deviation = {1}},
                       random);
    double weight = -1, bias = 1 + more;  // of the first layer
    for (const auto& entry : network.state().parameters) {
      std::vector<double> values(static_cast<std::size_t>(entry.tensor->size()));
      double& first = entry.tensor->shape().rank() == 2 ? weight : bias;
      values.front() = first;
      first = &first == &weight ? 1 : 0;
      entry.tensor->assign(from(values, entry.tensor->shape()));
    }
    const Exact exact{.network = std::make_shared<const ProvableNetwork>(network), .census = true};
    const AttackRow row = attack(exact, AttackedModel(network), {1, 2, 2, 1, {9, 8, 7, 6}}, 0, 0);
    CHECK_FALSE(row.flip());
    CHECK((row.proof->certified || row.proof->ties > 0));
    return row.proof->certified;
  };
  CHECK(certified(1e-4));
  CHECK_FALSE(certified(1.2e-7));
}

TEST_CASE("limits leave changes undecided, and nothing certified") {
  Attacked toy("gauss", 3, 3);
  Exact options = toy.exact(true);
  options.boxes = 1;
  const AttackRow row = toy.by(options);
  const auto open = std::ssize(row.proof->open);
  REQUIRE(open > 0);
  CHECK(row.proof->search->boxes <= open);
  CHECK(row.proof->search->undecided > 0);
  CHECK(row.proof->search->undecided <= open * ((1 << 24) - 1));
  CHECK_FALSE(row.proof->certified);
  options.boxes = Exact{}.boxes;
  options.seconds = 0;
  CHECK(toy.by(options).proof->search->undecided == open * ((1 << 24) - 1));
}

TEST_CASE("exact rows are the same with any number of threads") {
  Attacked toy("softmax", 3, 1);
  const AttackRow row = toy.by(toy.exact(true));
  const ThreadsAre three(3);
  CHECK(toy.by(toy.exact(true)) == row);
}

TEST_CASE("a search that was stopped within an image goes on there, and the row is the same") {
  Attacked toy("softmax", 3, 1);
  Exact method = toy.exact(true);
  const AttackRow row = toy.by(method);
  REQUIRE(row.proof->open.size() > 4);
  std::map<Index, BoxSearch> kept;
  method.keep_place = [&](Index index, Index position, const BoxSearch& found) {
    CHECK(index == row.index);
    REQUIRE(kept.size() < 3);
    kept.emplace(position, found);
    if (kept.size() == 3) throw Error("stopped");
  };
  CHECK_THROWS_WITH_AS(toy.by(method), "stopped", Error);
  Index known = 0;
  method.keep_place = {};
  method.kept_place = [&](Index, Index position) -> std::optional<BoxSearch> {
    const auto found = kept.find(position);
    if (found == kept.end()) return {};
    ++known;
    return found->second;
  };
  CHECK(toy.by(method) == row);
  CHECK(known == 3);
}

TEST_CASE("of two pixels of a gray image it says whether any two values flip the class") {
  int certified = 0, flipped = 0;
  for (std::uint64_t seed = 0; seed < (sanitized ? 2 : 8); ++seed) {
    CAPTURE(seed);
    Attacked toy(seed % 2 ? "gauss" : "softmax", 1, seed, 3);
    Exact method = toy.exact(false);
    method.pixels = 2;
    std::optional<Certificate> shown;
    method.keep_certificate = [&](const Certificate& certificate, const data::Images&, Index) {
      shown = certificate;
    };
    const AttackRow row = toy.by(method);
    Index flips = 0;
    for (int first = 0; first < 9; ++first)
      for (int second = first + 1; second < 9; ++second) {
        PixelCandidates all{.pixels = 2, .positions = {}, .values = {}};
        for (int values = 0; values < 1 << 16; ++values) {
          all.positions.insert(all.positions.end(), {first, second});
          for (const int byte : {values % 256, values / 256})
            all.values.push_back(static_cast<std::uint8_t>(byte));
        }
        for (const int found : settled_queries(toy.model, toy.image, toy.label, 0.1)(all).classes)
          flips += found != toy.label;
      }
    CHECK(row.flip() == (flips > 0));
    CHECK(row.pixels.size() <= 2);
    CHECK((row.proof->certified || row.flip() || row.proof->ties > 0));
    CHECK_FALSE((row.proof->certified && row.flip()));
    if (row.proof->certified) CHECK(toy.by(toy.exact(false)).proof->certified);
    CHECK(shown.has_value() == (row.proof->certified || row.flip()));
    if (shown) CHECK(shown->flip.has_value() == row.flip());
    certified += row.proof->certified;
    flipped += row.flip();
  }
  CHECK(certified > 0);
  CHECK(flipped > 0);
}

TEST_CASE(
    "of three pixels no sampled change flips what is certified, and what is flips by two flips by three") {
  int certified = 0, flipped = 0;
  for (std::uint64_t seed = 0; seed < (sanitized ? 2 : 12); ++seed) {
    CAPTURE(seed);
    Attacked toy(seed % 2 ? "gauss" : "softmax", 1, seed, 3);
    Exact of_two = toy.exact(false), of_three = of_two;
    of_two.pixels = 2, of_three.pixels = 3;
    of_three.goal = of_two.goal = Goal::flip;
    const AttackRow two = toy.by(of_two), three = toy.by(of_three);
    CHECK((three.proof->certified || three.flip() || three.proof->ties > 0));
    CHECK((three.flip() || !two.flip()));
    CHECK((two.proof->certified || !three.proof->certified));
    Random random(seed, 2);
    PixelCandidates some{.pixels = 3, .positions = {}, .values = {}};
    for (int i = 0; i < 20'000; ++i) {
      std::set<std::int32_t> place;
      while (place.size() < 3) place.insert(static_cast<std::int32_t>(random.below(9)));
      some.positions.insert(some.positions.end(), place.begin(), place.end());
      for (int k = 0; k < 3; ++k)
        some.values.push_back(static_cast<std::uint8_t>(i % 2 ? random.below(256) : 255 * random.below(2)));
    }
    const std::vector<int> found = settled_queries(toy.model, toy.image, toy.label, 0.1)(some).classes;
    const bool any = std::ranges::any_of(found, [&](int other) { return other != toy.label; });
    CHECK_FALSE((any && !three.flip()));
    certified += three.proof->certified;
    flipped += three.flip();
  }
  CHECK(certified > 0);
  CHECK(flipped > 0);
}

TEST_CASE("what there is no decision of is refused") {
  Attacked gray("softmax", 1, 0), colour("softmax", 3, 0);
  Exact census = gray.exact(true), reals = gray.exact(false), many = gray.exact(false),
        of_colours = colour.exact(false);
  census.pixels = reals.pixels = of_colours.pixels = 2;
  many.pixels = 4;
  reals.domain = Domain::reals;
  for (const Exact& method : {census, reals, many})
    CHECK_THROWS_WITH_AS(gray.by(method),
                         doctest::Contains("pixels; two or three can be decided of gray images"), Error);
  CHECK_THROWS_AS(colour.by(of_colours), const Error&);
}
