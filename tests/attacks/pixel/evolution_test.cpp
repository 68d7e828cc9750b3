#include <voronet/attacks/pixel/evolution.h>
#include <voronet/core/error.h>

#include <doctest/doctest.h>

using namespace voronet;

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
  for (const Evolution& preset : {su, hess}) {
    CHECK(preset.published);
    CHECK(preset.population == 400);
    CHECK(preset.generations == 100);
    CHECK(preset.crossover == 1);
    CHECK(preset.adaptation == Evolution::Adaptation::none);
    CHECK(preset.smallest_population == 0);
  }
  CHECK_THROWS_WITH_AS(evolution_preset("su"),
                       "differential evolution: no preset is called su; there are su2019 hess2020 jde lshade",
                       Error);
}

TEST_CASE("every preset may ask as often as the published ones, and makes sense") {
  for (const Evolution& preset : evolution_presets()) {
    CHECK(preset.budget() == 40400);
    CHECK_NOTHROW(require_evolution(preset));
  }
}

TEST_CASE("settings out of range are refused") {
  const auto refuses = [](auto change) {
    Evolution settings = evolution_preset("lshade");
    change(settings);
    CHECK_THROWS_AS(require_evolution(settings), Error);
  };
  refuses([](Evolution& s) { s.population = 3; });
  refuses([](Evolution& s) { s.generations = -1; });
  refuses([](Evolution& s) { s.scale_low = 0.6; });
  refuses([](Evolution& s) { s.crossover = 1.5; });
  refuses([](Evolution& s) { s.best_share = -0.1; });
  refuses([](Evolution& s) { s.archive = -1; });
  refuses([](Evolution& s) { s.memory = 0; });
  refuses([](Evolution& s) { s.smallest_population = 3; });
  refuses([](Evolution& s) { s.smallest_population = s.population + 1; });
}
