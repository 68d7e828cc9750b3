#include <voronet/attacks/differential_evolution.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

// Four members of one gene; all differences between them differ.
const std::vector<double> four{10, 11, 14, 22};

Evolution small(const std::string& preset, Index population, Index generations) {
  Evolution settings = evolution_preset(preset);
  settings.population = population;
  settings.generations = generations;
  return settings;
}

std::vector<double> to_vector(std::span<const double> values) { return {values.begin(), values.end()}; }

// Squared distance of each member of two genes from (3, 5).
std::vector<double> bowl(std::span<const double> members) {
  std::vector<double> costs;
  for (std::size_t i = 0; i < members.size(); i += 2)
    costs.push_back(std::pow(members[i] - 3, 2) + std::pow(members[i + 1] - 5, 2));
  return costs;
}

std::vector<double> spread(Index members, double extent, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> genes;
  for (Index i = 0; i < 2 * members; ++i) genes.push_back(random.uniform(0, extent));
  return genes;
}

}  // namespace

TEST_CASE("the published presets are as published, and an unknown one is named with those there are") {
  const Evolution& su = evolution_preset("su2019");
  CHECK(su.base == Evolution::Base::random);
  CHECK(su.scale_low == 0.5);
  CHECK(su.scale_high == 0.5);
  const Evolution& hess = evolution_preset("hess2020");
  CHECK(hess.base == Evolution::Base::best);
  CHECK(hess.scale_low == 0.5);
  CHECK(hess.scale_high == 1);
  CHECK(hess.outside == Evolution::Outside::redraw);
  for (const Evolution& preset : evolution_presets()) {
    CHECK(preset.population == 400);
    CHECK(preset.generations == 100);
    CHECK(preset.crossover == 1);
  }
  CHECK_THROWS_WITH_AS(evolution_preset("su"),
                       "differential evolution: no preset is called su; there are su2019 hess2020", Error);
}

TEST_CASE("su2019 adds half the difference of two members to a third, none of them the parent") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    DifferentialEvolution search(small("su2019", 4, 1), {100}, four, Random(seed));
    CHECK(to_vector(search.candidates()) == four);
    search.tell(std::vector<double>{4, 3, 2, 1});
    for (int i = 0; i < 4; ++i) {
      std::set<double> allowed;
      for (int a = 0; a < 4; ++a)
        for (int r = 0; r < 4; ++r)
          for (int s = 0; s < 4; ++s)
            if (std::set{i, a, r, s}.size() == 4) allowed.insert(four[a] + 0.5 * (four[r] - four[s]));
      CHECK(allowed.contains(search.candidates()[i]));
    }
  }
}

TEST_CASE("hess2020 starts from the best member, with one scale of .5 to 1 in a generation") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    DifferentialEvolution search(small("hess2020", 4, 1), {100}, four, Random(seed));
    search.tell(std::vector<double>{4, 3, 1, 2});  // the best is 14
    // Each child allows a few scales; one must be common to all.
    const auto scales_of = [&](int i) {
      std::vector<double> scales;
      for (int r = 0; r < 4; ++r)
        for (int s = 0; s < 4; ++s)
          if (std::set{i, r, s}.size() == 3)
            scales.push_back((search.candidates()[i] - 14) / (four[r] - four[s]));
      return scales;
    };
    const auto explains_all = [&](double scale) {
      for (int i = 0; i < 4; ++i) {
        const auto scales = scales_of(i);
        if (std::none_of(scales.begin(), scales.end(), [&](double s) { return std::abs(s - scale) < 1e-12; }))
          return false;
      }
      return scale >= 0.5 && scale < 1;
    };
    const auto scales = scales_of(0);
    CHECK(std::any_of(scales.begin(), scales.end(), explains_all));
  }
}

TEST_CASE("a child replaces its own parent only, and only when it costs less") {
  DifferentialEvolution search(small("su2019", 4, 2), {100}, four, Random(1));
  search.tell(std::vector<double>{4, 3, 2, 1});
  const auto children = to_vector(search.candidates());
  search.tell(std::vector<double>{4, 0.5, 5, 2});  // equal, less, more, more
  CHECK(search.best_cost() == 0.5);
  CHECK(search.best()[0] == children[1]);

  // What is left makes the next children: 10, child 1, 14 and 22.
  std::vector<double> survivors = four;
  survivors[1] = children[1];
  for (int i = 0; i < 4; ++i) {
    bool explained = false;
    for (int a = 0; a < 4; ++a)
      for (int r = 0; r < 4; ++r)
        for (int s = 0; s < 4; ++s)
          if (std::set{i, a, r, s}.size() == 4)
            explained |= search.candidates()[i] == survivors[a] + 0.5 * (survivors[r] - survivors[s]);
    CHECK(explained);
  }
}

TEST_CASE("genes outside the box go to its edge or are drawn anew, and the last whole number is in reach") {
  const std::vector<double> wide{0, 0.5, 255.25, 255.75};
  std::set<int> clipped;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const char* preset : {"su2019", "hess2020"}) {
      DifferentialEvolution search(small(preset, 4, 1), {256}, wide, Random(seed));
      search.tell(std::vector<double>{4, 3, 2, 1});
      for (const double gene : search.candidates()) {
        CHECK(gene >= 0);
        CHECK(gene < 256);
        if (preset == std::string("su2019")) clipped.insert(static_cast<int>(gene));
      }
    }
  }
  CHECK(clipped.contains(255));
  CHECK(clipped.contains(0));

  const DifferentialEvolution clips(small("su2019", 4, 1), {256}, {-7, 300, 256, 255}, Random(0));
  CHECK(clips.candidates()[0] == 0);
  for (int i = 1; i < 4; ++i) CHECK(static_cast<int>(clips.candidates()[i]) == 255);
}

TEST_CASE("without crossover a child has exactly one gene that is not its parent's") {
  Evolution settings = small("su2019", 6, 1);
  settings.crossover = 0;
  DifferentialEvolution search(settings, {100, 100}, spread(6, 100, 3), Random(4));
  const auto parents = to_vector(search.candidates());
  search.tell(bowl(search.candidates()));
  for (std::size_t i = 0; i < 12; i += 2)
    CHECK((search.candidates()[i] == parents[i]) != (search.candidates()[i + 1] == parents[i + 1]));
}

TEST_CASE("the best cost never rises, a bowl's bottom is found, and the same seed takes the same path") {
  for (const Evolution& preset : evolution_presets()) {
    Evolution settings = preset;
    settings.population = 30;
    DifferentialEvolution search(settings, {8, 8}, spread(30, 8, 1), Random(2));
    DifferentialEvolution again(settings, {8, 8}, spread(30, 8, 1), Random(2));
    double cost = std::numeric_limits<double>::infinity();
    Index batches = 0;
    for (; !search.finished(); ++batches) {
      CHECK(to_vector(search.candidates()) == to_vector(again.candidates()));
      again.tell(bowl(again.candidates()));
      search.tell(bowl(search.candidates()));
      CHECK(search.best_cost() <= cost);
      cost = search.best_cost();
      CHECK(bowl(search.best()) == std::vector<double>{cost});
    }
    CHECK(batches == 101);  // the initial population and 100 generations
    CHECK(cost < 1e-6);
  }
}

TEST_CASE("settings, sizes and costs that make no sense are refused") {
  const auto make = [](const Evolution& settings, const std::vector<double>& extents) {
    return DifferentialEvolution(settings, extents, four, Random(0));
  };
  Evolution fine = small("su2019", 4, 1);
  CHECK_THROWS_AS(make(small("su2019", 3, 1), {1}), Error);
  CHECK_THROWS_AS(make(small("su2019", 4, -1), {1}), Error);
  CHECK_THROWS_AS(make(small("su2019", 5, 1), {1}), Error);  // four members given
  CHECK_THROWS_AS(make(fine, {}), Error);
  CHECK_THROWS_AS(make(fine, {0}), Error);
  fine.crossover = 1.5;
  CHECK_THROWS_AS(make(fine, {1}), Error);

  DifferentialEvolution search = make(small("su2019", 4, 0), {100});
  CHECK_THROWS_AS(search.best(), Error);
  CHECK_THROWS_AS(search.tell(std::vector<double>{1, 2, 3}), Error);
  CHECK_THROWS_WITH_AS(search.tell(std::vector<double>{1, 2, 3, std::nan("")}),
                       "differential evolution: a cost is not a number", Error);
  search.tell(std::vector<double>{1, 2, 3, 4});
  CHECK(search.finished());
  CHECK_THROWS_AS(search.tell(std::vector<double>{1, 2, 3, 4}), Error);
}
