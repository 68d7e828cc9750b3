#include <voronet/attacks/pixel/differential_evolution.h>

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

TEST_CASE("the published presets take the paths that they always took") {
  const auto end_of = [](const char* preset, double crossover) {
    Evolution settings = small(preset, 8, 12);
    settings.crossover = crossover;
    Random random(1);
    std::vector<double> initial;
    for (int i = 0; i < 16; ++i) initial.push_back(random.uniform(0, 8));
    DifferentialEvolution search(settings, {8, 8}, initial, Random(2));
    while (!search.finished()) search.tell(bowl(search.candidates()));
    return to_vector(search.best());
  };
  const auto check = [](const std::vector<double>& end, double x, double y) {
    CHECK(end[0] == doctest::Approx(x).epsilon(1e-12));
    CHECK(end[1] == doctest::Approx(y).epsilon(1e-12));
  };
  check(end_of("su2019", 1), 0x1.82c411387d8a5p+1, 0x1.3b18963b5ca5ep+2);
  check(end_of("su2019", 0.7), 0x1.7e4f470eec77bp+1, 0x1.3caa0fba11eeep+2);
  check(end_of("hess2020", 1), 0x1.843fd4db855dp+1, 0x1.41cca55b2c78dp+2);
  check(end_of("hess2020", 0.7), 0x1.7271a608a019fp+1, 0x1.3f411f37bac34p+2);
}

TEST_CASE(
    "towards_best moves the parent to one of the two best, and by a difference that may come from the "
    "archive") {
  Evolution settings = small("su2019", 4, 2);
  settings.base = Evolution::Base::towards_best;
  settings.archive = 1;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    DifferentialEvolution search(settings, {100}, four, Random(seed));
    search.tell(std::vector<double>{4, 3, 2, 1});
    std::vector<double> members = four;
    const auto children = to_vector(search.candidates());
    search.tell(std::vector<double>{0.5, 9, 9, 9});  // 10 goes to the archive
    members[0] = children[0];
    members.push_back(10);
    const std::vector<int> best{0, 3};
    for (int i = 0; i < 4; ++i) {
      std::set<double> allowed;
      for (const int b : best)
        for (int r = 0; r < 4; ++r)
          for (int s = 0; s < 5; ++s)
            if (std::set{i, r, s}.size() == 3)
              allowed.insert(
                  std::clamp(members[i] + 0.5 * (members[b] - members[i]) + 0.5 * (members[r] - members[s]),
                             0.0, std::nextafter(100.0, 0.0)));
      CHECK(allowed.contains(search.candidates()[i]));
    }
  }
}

TEST_CASE("a gene that is to stop half-way lies between its parent and the edge") {
  Evolution settings = small("su2019", 4, 1);
  settings.outside = Evolution::Outside::halfway;
  settings.scale_low = settings.scale_high = 50;  // so every child is far outside
  DifferentialEvolution search(settings, {100}, four, Random(3));
  search.tell(std::vector<double>{4, 3, 2, 1});
  for (int i = 0; i < 4; ++i)
    CHECK((search.candidates()[i] == four[i] / 2 || search.candidates()[i] == (four[i] + 100) / 2));
}

TEST_CASE("a population that shrinks keeps its best, ends at its smallest, and stays within the budget") {
  Evolution settings = small("lshade", 20, 30);
  DifferentialEvolution search(settings, {8, 8}, spread(20, 8, 1), Random(2));
  Index told = 0, before = 20;
  double cost = std::numeric_limits<double>::infinity();
  while (!search.finished()) {
    CHECK(search.population() <= before);
    before = search.population();
    CHECK(std::ssize(search.candidates()) == 2 * before);
    told += before;
    search.tell(bowl(search.candidates()));
    CHECK(search.best_cost() <= cost);
    cost = search.best_cost();
    CHECK(bowl(search.best()) == std::vector<double>{cost});
  }
  CHECK(before <= 5);
  CHECK(told <= settings.budget());
  CHECK(told > settings.budget() - 5);
}

TEST_CASE("the best cost never rises, a bowl's bottom is found, and the same seed takes the same path") {
  for (const Evolution& preset : evolution_presets()) {
    Evolution settings = preset;
    settings.population = 30;
    settings.generations = 100;
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
    if (settings.smallest_population == 0)
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
                       "differential evolution: a cost is not a finite number", Error);
  search.tell(std::vector<double>{1, 2, 3, 4});
  CHECK(search.finished());
  CHECK_THROWS_AS(search.tell(std::vector<double>{1, 2, 3, 4}), Error);
}
