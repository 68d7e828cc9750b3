#include <voronet/attacks/attacked_model.h>
#include <voronet/attacks/proof/place_search.h>
#include <voronet/core/random.h>

#include <set>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

constexpr auto never = std::chrono::steady_clock::time_point::max();

// A toy, and an image of noise of its size.
struct Toy {
  Toy(Index side, std::uint64_t seed) : network(make(side, seed)), image{1, side, side, 1, {}} {
    Random random(seed, 1);
    for (Index i = 0; i < side * side; ++i)
      image.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
  }
  static Classifier make(Index side, std::uint64_t seed) {
    Random random(seed);
    return Classifier({.model = "mlp",
                       .model_width = 12,
                       .embedding = 6,
                       .head = "softmax",
                       .classes = 3,
                       .height = side,
                       .width = side,
                       .channels = 1},
                      random);
  }

  Classifier network;
  data::Images image;
};

// Bounded alone, is it open?
bool is_open(const BoundPlan& plan, const BoundPlan::Base& base, const Place& place, const FlipRule& rule) {
  PixelBounds bounds(plan, base, std::ssize(place));
  const std::vector<ValueRange> all(place.size(), {0, 1});
  return judge(plan.head(), bounds.features(place, all), rule).flip != Claim::no;
}

}  // namespace

TEST_CASE("every place is ruled out or open, once, and what is open is so if it is bounded alone") {
  bool ruled_out = false, open = false;
  for (const Index side : {2, 3, 5, 6})
    for (const Index pixels : {1, 2, 3})
      for (std::uint64_t seed = 0; seed < 3; ++seed) {
        CAPTURE(side);
        CAPTURE(pixels);
        Toy toy(side, seed);
        const ProvableNetwork provable(toy.network);
        const BoundPlan& plan = provable.bounds();
        const BoundPlan::Base base = plan.base(data::to_tensor(toy.image, Dtype::f64).values<double>());
        const FlipRule rule{AttackedModel(toy.network).predict(toy.image).classes[0]};
        Workplaces workplaces(provable, toy.image, rule.label, pixels);
        const PlaceSearch found = search_places(workplaces, plan, toy.image, pixels, rule, never);
        const Index area = side * side, all = pixels == 1   ? area
                                              : pixels == 2 ? area * (area - 1) / 2
                                                            : area * (area - 1) * (area - 2) / 6;
        CHECK(found.ruled_out + std::ssize(found.open) == all);
        CHECK(found.left == 0);
        std::set<Place> places;
        for (const OpenPlace& place : found.open) {
          CHECK(place.place.size() == static_cast<std::size_t>(pixels));
          CHECK(is_open(plan, base, place.place, rule));
          places.insert(place.place);
        }
        CHECK(std::ssize(places) == std::ssize(found.open));
        ruled_out = ruled_out || found.ruled_out > 0;
        open = open || !places.empty();
      }
  CHECK(ruled_out);
  CHECK(open);
}

TEST_CASE("what the clock cuts off is left, not ruled out") {
  Toy toy(4, 1);
  const ProvableNetwork provable(toy.network);
  Workplaces workplaces(provable, toy.image, 0, 2);
  const PlaceSearch found = search_places(workplaces, provable.bounds(), toy.image, 2, {0}, {});
  CHECK(found.left == 16 * 15 / 2);
  CHECK(found.ruled_out == 0);
  CHECK(found.open.empty());
}
