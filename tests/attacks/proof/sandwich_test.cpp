#include <voronet/attacks/proof/sandwich.h>

#include <array>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

enum Seen { nothing, flip, confident_flip };

AttackRow row(Index index, Seen seen, double confidence = 0.9) {
  AttackRow row;
  row.index = index;
  row.confidences_before = {confidence, 1 - confidence};
  row.first_flip = seen != nothing;
  row.first_confident_flip = seen == confident_flip;
  return row;
}

// Of images 10, 11, ..., the last of which has a confidence below tau.
AttackRun search(const std::vector<Seen>& seen) {
  AttackRun run;
  for (std::size_t i = 0; i < seen.size(); ++i)
    run.rows.push_back(row(10 + static_cast<Index>(i), seen[i], i + 1 < seen.size() ? 0.9 : 0.05));
  return run;
}

// The same, each image with what a proof leaves open of it.
AttackRun proof(const std::vector<Seen>& open) {
  AttackRun run = search(std::vector<Seen>(open.size(), nothing));
  for (std::size_t i = 0; i < open.size(); ++i)
    run.rows[i].proof =
        Proof{.certified = open[i] == nothing, .certified_confident = open[i] != confident_flip};
  return run;
}

constexpr double tau = 0.1;

std::array<Index, 4> counts(const Sandwich::Layer& layer) {
  return {layer.flips.count, layer.flips.of, layer.confident_flips.count, layer.confident_flips.of};
}

}  // namespace

TEST_CASE("a sandwich counts what any search found, what is exact and what each proof leaves open") {
  const AttackRun first = search({confident_flip, nothing, nothing, nothing, flip}),
                  second = search({flip, flip, nothing, nothing, nothing}),
                  exact = search({confident_flip, confident_flip, nothing, nothing, flip}),
                  tight = proof({confident_flip, confident_flip, nothing, nothing, flip}),
                  loose = proof({confident_flip, confident_flip, confident_flip, flip, confident_flip});
  const Sandwich all = sandwich({{"one-pixel", &first}, {"corners", &second}}, NamedRun{"exhaustive", &exact},
                                {{"certify", &tight}, {"line", &loose}}, tau);
  REQUIRE(all.found.has_value());
  CHECK(all.found->methods == "one-pixel, corners");
  CHECK(counts(*all.found) == std::array<Index, 4>{3, 5, 1, 4});
  REQUIRE(all.exact.has_value());
  CHECK(counts(*all.exact) == std::array<Index, 4>{3, 5, 2, 4});
  REQUIRE(all.open.size() == 2);
  CHECK(counts(all.open[0]) == std::array<Index, 4>{3, 5, 2, 4});
  CHECK(counts(all.open[1]) == std::array<Index, 4>{5, 5, 3, 4});
  CHECK(all.open[1].flips.interval.high == 1);

  const Sandwich bounds = sandwich({{"one-pixel", &first}}, {}, {{"certify", &tight}}, tau);
  CHECK_FALSE(bounds.exact.has_value());
  CHECK(counts(*bounds.found) == std::array<Index, 4>{2, 5, 1, 4});
}

TEST_CASE("a sandwich whose methods contradict each other is refused with the image's number") {
  const AttackRun found = search({nothing, confident_flip, nothing}),
                  none = search({nothing, nothing, nothing}), weak = search({nothing, flip, nothing}),
                  certified = proof({flip, nothing, flip}), half = proof({flip, flip, flip});
  CHECK_THROWS_WITH_AS(
      sandwich({{"corners", &found}}, NamedRun{"exhaustive", &none}, {}, tau),
      "sandwich: corners found a flip of image 11, which exhaustive excludes: one of them is wrong",
      const Error&);
  CHECK_THROWS_WITH_AS(
      sandwich({{"corners", &found}}, NamedRun{"exhaustive", &weak}, {}, tau),
      "sandwich: corners found a confident flip of image 11, which exhaustive excludes: one of them is wrong",
      const Error&);
  CHECK_THROWS_AS(sandwich({}, NamedRun{"exhaustive", &weak}, {{"certify", &certified}}, tau), const Error&);
  CHECK_THROWS_AS(sandwich({{"corners", &found}}, {}, {{"certify", &half}}, tau), const Error&);
  CHECK_NOTHROW(sandwich({}, NamedRun{"exhaustive", &weak}, {{"certify", &half}}, tau));
}

TEST_CASE("a sandwich is of the same images throughout, without targets") {
  const AttackRun three = search({nothing, nothing, nothing}), two = search({nothing, nothing});
  AttackRun targeted = three;
  targeted.rows[1].target = 1;
  CHECK_THROWS_AS(sandwich({{"a", &three}, {"b", &two}}, {}, {}, tau), const Error&);
  CHECK_THROWS_AS(sandwich({{"a", &three}, {"b", &targeted}}, {}, {}, tau), const Error&);
  const AttackRun other = proof({nothing, nothing});
  CHECK_THROWS_AS(sandwich({{"a", &three}}, {}, {{"certify", &other}}, tau), const Error&);
}
