// Exact verdicts and counts of colours against enumeration, on pictures of 8 x 8 pixels.
#include <voronet/attacks/pixel/settled_queries.h>
#include <voronet/attacks/proof/exact.h>
#include <voronet/core/random.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>

#include "support/sanitized.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

constexpr Index side = 8, hidden = 16, features = 8, classes = 4;
constexpr double mean = 0.5, deviation = 0.2;

Classifier small_network(std::uint64_t seed) {
  Random random(seed);
  return Classifier({.model = "mlp",
                     .model_width = hidden,
                     .model_depth = 1,
                     .embedding = features,
                     .head = "softmax",
                     .classes = classes,
                     .height = side,
                     .width = side,
                     .channels = 3,
                     .mean = {mean},
                     .deviation = {deviation}},
                    random);
}

data::Images noise(std::uint64_t seed) {
  Random random(seed, 1);
  data::Images image{1, side, side, 3, {}};
  for (Index i = 0; i < image.image_size(); ++i)
    image.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
  return image;
}

// How many colours of a pixel flip the class for sure, and how many if all that are near a tie do.
struct Flips {
  Index sure = 0, possible = 0;
};

// The same network, layer by layer in double, with nothing of the library but its numbers.
class PlainNetwork {
 public:
  explicit PlainNetwork(Classifier& classifier) {
    for (const State state = classifier.state(); const State::Entry& entry : state.parameters)
      of_[entry.name] = entry.tensor->to_vector();
  }

  Flips flips(const data::Images& image, Index position, int label) const {
    std::array<double, hidden> others{};
    for (Index j = 0; j < hidden; ++j) {
      others[j] = at("embed.fc1.bias", j);
      for (Index pixel = 0; pixel < side * side; ++pixel)
        for (Index c = 0; pixel != position && c < 3; ++c)
          others[j] += first(j, c, pixel) * normalised(image.pixels[pixel * 3 + c]);
    }
    Flips found;
    for (int red = 0; red < 256; ++red)
      for (int green = 0; green < 256; ++green) {
        std::array<double, hidden> row = others;
        for (Index j = 0; j < hidden; ++j)
          row[j] += first(j, 0, position) * normalised(red) + first(j, 1, position) * normalised(green);
        count(row, position, label, found);
      }
    return found;
  }

 private:
  using Row = std::array<double, 256>;  // all values of blue

  static double normalised(int byte) { return (byte / 255.0 - mean) / deviation; }
  double at(const std::string& name, Index i) const { return of_.at(name)[static_cast<std::size_t>(i)]; }
  double first(Index j, Index c, Index pixel) const {
    return at("embed.fc1.weight", (j * 3 + c) * side * side + pixel);
  }

  static void add(double factor, const Row& x, Row& y) {
    for (std::size_t blue = 0; blue < x.size(); ++blue) y[blue] += factor * x[blue];
  }
  static void relu(Row& x) {
    for (double& value : x) value = std::max(value, 0.0);
  }

  void count(const std::array<double, hidden>& row, Index position, int label, Flips& found) const {
    Row blues;
    for (int blue = 0; blue < 256; ++blue) blues[blue] = normalised(blue);
    std::array<Row, features> embedded;
    for (Index k = 0; k < features; ++k) embedded[k].fill(at("embed.fc2.bias", k));
    for (Index j = 0; j < hidden; ++j) {
      Row unit;
      unit.fill(row[j]);
      add(first(j, 2, position), blues, unit);
      relu(unit);
      for (Index k = 0; k < features; ++k) add(at("embed.fc2.weight", k * hidden + j), unit, embedded[k]);
    }
    std::array<Row, classes> logits{};
    for (Index k = 0; k < features; ++k) {
      relu(embedded[k]);
      for (Index l = 0; l < classes; ++l)
        add(at("classifier.weight", l * features + k), embedded[k], logits[l]);
    }
    for (std::size_t blue = 0; blue < blues.size(); ++blue) {
      double margin = 1e9, largest = 0;
      for (Index l = 0; l < classes; ++l) {
        logits[l][blue] += at("classifier.bias", l);
        largest = std::max(largest, std::abs(logits[l][blue]));
      }
      for (Index l = 0; l < classes; ++l)
        if (l != label) margin = std::min(margin, logits[label][blue] - logits[l][blue]);
      const double near = 2e-5 * largest;
      found.sure += margin < -near;
      found.possible += margin <= near;
    }
  }

  std::map<std::string, std::vector<double>> of_;
};

// Of one pixel, with 3 bits a channel.
PixelCandidates coarse_colours(Index position) {
  PixelCandidates all{.positions = std::vector(512, static_cast<std::int32_t>(position)), .values = {}};
  for (int colour = 0; colour < 512; ++colour)
    for (const int level : {colour / 64, colour / 8 % 8, colour % 8})
      all.values.push_back(static_cast<std::uint8_t>(level * 255 / 7));
  return all;
}

// Pixels of each picture that are enumerated: 1, or as many as VORONET_ENUMERATE says, a second or two each.
Index enumerated() {
  if (sanitized) return 0;
  const char* told = std::getenv("VORONET_ENUMERATE");
  return told == nullptr ? 1 : std::atoi(told);
}

}  // namespace

TEST_CASE("exact counts of colours are those of enumerating a picture's colours, at every pixel") {
  Index flipping = 0, some_flip = 0;
  for (const std::uint64_t seed : {2, 3}) {
    CAPTURE(seed);
    Classifier classifier = small_network(seed);
    const AttackedModel model(classifier);
    const PlainNetwork plain(classifier);
    const data::Images image = noise(seed);
    const int label = model.predict(image).classes[0];
    const AttackRow row =
        attack(Exact{.network = std::make_shared<ProvableNetwork>(classifier), .census = true}, model, image,
               0, label);
    REQUIRE(row.proof->search->undecided == 0);
    std::map<Index, Index> counts;
    for (const WeakPixel& weak : row.census->weak_pixels)
      counts[weak.row * side + weak.column] = weak.adversarial;
    Index left = enumerated();
    for (Index position = 0; position < side * side; ++position) {
      CAPTURE(position);
      const Index count = counts[position];
      const std::vector<int> found = model.predict(changed_images(image, coarse_colours(position))).classes;
      const auto coarse = std::ranges::count_if(found, [&](int other) { return other != label; });
      CHECK(coarse <= count);
      flipping += coarse;
      if (count == 0 && position % 16 != 0) continue;
      if (left-- <= 0) continue;
      const Flips flips = plain.flips(image, position, label);
      CHECK(flips.sure <= count);
      CHECK(count <= flips.possible);
      some_flip += count > 0;
    }
  }
  CHECK(flipping > 0);
  if (enumerated() > 0) CHECK(some_flip > 0);
}
