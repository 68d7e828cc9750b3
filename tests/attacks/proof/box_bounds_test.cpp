#include <voronet/attacks/proof/box_bounds.h>
#include <voronet/core/random.h>

#include <limits>

#include "attacks/toy_classifiers.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// 4 x 4 x 4 colours.
ColourBox small_box(Random& random) {
  ColourBox box{3};
  for (Index c = 0; c < 3; ++c) {
    box.low[c] = static_cast<std::uint8_t>(random.below(253));
    box.high[c] = static_cast<std::uint8_t>(box.low[c] + 3);
  }
  return box;
}

}  // namespace

TEST_CASE("a box that may be a tie is open by no more than floats round in it") {
  Random random(3);
  Classifier net({.model = "mlp",
                  .model_width = 16,
                  .model_depth = 1,
                  .embedding = 8,
                  .head = "softmax",
                  .classes = 4,
                  .height = 16,
                  .width = 16,
                  .channels = 3,
                  .mean = {0.5},
                  .deviation = {0.02}},
                 random);
  const ProvableNetwork network(net);
  constexpr double of_front = std::numeric_limits<double>::infinity();  // whatever it is, it is enough
  Index may_flip = 0, rounds_less = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed)
    for (int label = 0; label < 4; ++label) {
      Workplaces workplaces(network, random_image(3, seed), label, 1);
      workplaces.with_one([&](Workplace& by) {
        const std::vector<Index> position{random.below(256)};
        BoxBounds bounds(by, {.label = label}, position, 0);
        const auto all = bounds.all(3);
        REQUIRE(by.margins != nullptr);
        for (int trial = 0; trial < 50; ++trial) {
          const ColourBox box = small_box(random);
          const auto bounded = bounds.bounded(box, *all, true);
          for (const BoxMargin& margin : bounded->margins) {
            const auto [low, high] = margin.over(box);
            if (low > margin.rounding || high < -margin.rounding) continue;
            CHECK(margin.rounding <= by.margins->rounding(margin.rival, bounded->ranges, of_front));
            may_flip += low <= 0 && high >= 0;
            for (const BoxMargin& before : all->margins)
              rounds_less += before.rival == margin.rival && margin.rounding < before.rounding;
          }
        }
      });
    }
  CHECK(may_flip > 20);
  CHECK(rounds_less > 20);
}
