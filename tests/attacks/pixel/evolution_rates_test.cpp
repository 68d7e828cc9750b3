#include <voronet/attacks/pixel/evolution.h>

#include <algorithm>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

const std::vector<EvolutionRates> parents(20000, {0.7, 0.3});

std::vector<EvolutionRates> draws(const RateControl& control, std::uint64_t seed = 1) {
  Random random(seed);
  return control.draw(parents, random);
}

double share(const std::vector<EvolutionRates>& rates, auto holds) {
  return static_cast<double>(std::count_if(rates.begin(), rates.end(), holds)) /
         static_cast<double>(rates.size());
}

double median(const std::vector<EvolutionRates>& rates, double EvolutionRates::*rate) {
  std::vector<double> values;
  for (const EvolutionRates& one : rates) values.push_back(one.*rate);
  std::nth_element(values.begin(), values.begin() + std::ssize(values) / 2, values.end());
  return values[values.size() / 2];
}

}  // namespace

TEST_CASE("without adaptation all children of a generation share one F and the crossover rate") {
  Evolution settings = evolution_preset("hess2020");
  settings.crossover = 0.8;
  const auto rates = draws(RateControl(settings));
  CHECK(rates.size() == parents.size());
  CHECK(rates[0].scale >= 0.5);
  CHECK(rates[0].scale < 1);
  for (const EvolutionRates& one : rates) CHECK((one.scale == rates[0].scale && one.crossover == 0.8));
}

TEST_CASE("jde's children take their parent's rates but for one draw in ten of each") {
  const auto rates = draws(RateControl(evolution_preset("jde")));
  CHECK(share(rates, [](auto& r) { return r.scale != 0.7; }) == doctest::Approx(0.1).epsilon(0.1));
  CHECK(share(rates, [](auto& r) { return r.crossover != 0.3; }) == doctest::Approx(0.1).epsilon(0.1));
  CHECK(share(rates, [](auto& r) { return r.scale >= 0.1 && r.scale < 1; }) == 1);
  CHECK(share(rates, [](auto& r) { return r.scale < 0.2; }) > 0.005);
}

TEST_CASE("lshade draws near one half at first, and then near the gainful means of what succeeded") {
  Evolution settings = evolution_preset("lshade");
  settings.memory = 1;
  RateControl control(settings);
  const auto first = draws(control);
  CHECK(median(first, &EvolutionRates::scale) == doctest::Approx(0.5).epsilon(0.02));
  CHECK(median(first, &EvolutionRates::crossover) == doctest::Approx(0.5).epsilon(0.02));
  CHECK(share(first, [](auto& r) { return r.scale > 0 && r.scale <= 1; }) == 1);

  control.learn({});
  CHECK(median(draws(control), &EvolutionRates::scale) == median(first, &EvolutionRates::scale));

  const std::vector<EvolutionSuccess> successes{{{0.2, 0.9}, 1}, {{0.8, 0.6}, 3}};
  control.learn(successes);
  const auto then = draws(control);
  const double scale = (0.04 + 3 * 0.64) / (0.2 + 3 * 0.8), crossover = (0.81 + 3 * 0.36) / (0.9 + 3 * 0.6);
  CHECK(median(then, &EvolutionRates::scale) == doctest::Approx(scale).epsilon(0.02));
  CHECK(median(then, &EvolutionRates::crossover) == doctest::Approx(crossover).epsilon(0.02));
}

TEST_CASE("where only crossover 0 succeeded, lshade keeps it at 0") {
  Evolution settings = evolution_preset("lshade");
  settings.memory = 1;
  RateControl control(settings);
  control.learn(std::vector<EvolutionSuccess>{{{0.5, 0}, 1}});
  control.learn(std::vector<EvolutionSuccess>{{{0.5, 0.7}, 1}});
  CHECK(share(draws(control), [](auto& r) { return r.crossover == 0; }) == 1);
}

TEST_CASE("the memory's entries are written in turn") {
  Evolution settings = evolution_preset("lshade");
  settings.memory = 2;
  RateControl control(settings);
  control.learn(std::vector<EvolutionSuccess>{{{0.5, 0}, 1}});
  CHECK(share(draws(control), [](auto& r) { return r.crossover == 0; }) ==
        doctest::Approx(0.5).epsilon(0.05));
}
