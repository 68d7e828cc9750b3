#include <voronet/apps/experiment/results.h>

#include <algorithm>
#include <sstream>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

// One letter an image: - wrongly classified; r robust; f flipped; c flipped with confidence; d robust without
// confidence before.
CellResult cell(const std::string& recipe, std::uint64_t seed, const std::string& images) {
  CellResult result;
  result.cell = {.data = {"toy"}, .model = {"lenet"}, .recipe = {recipe}, .seed = seed, .head = "softmax"};
  AttackRecord record;
  record.run.range = {0, std::ssize(images)};
  for (Index i = 0; i < std::ssize(images); ++i) {
    const char kind = images[i];
    result.right[i] = kind != '-';
    result.correct += kind != '-';
    if (kind == '-') continue;
    AttackRow row;
    row.index = i;
    row.first_flip = kind == 'f' || kind == 'c';
    row.first_confident_flip = kind == 'c';
    row.confidences_before = {kind == 'd' ? 0.05 : 0.5 + static_cast<double>(i) / 100};
    record.run.rows.push_back(row);
  }
  result.total = std::ssize(images);
  result.attacks["exact"] = record;
  return result;
}

const Measure accuracy = {"accuracy", "", Measure::accuracy},
              robust = {"robust", "exact", Measure::robust_accuracy},
              flips = {"flips", "exact", Measure::flips},
              confident = {"confident", "exact", Measure::confident_flips};

// The group of `recipe`: a cell each.
Group group(const CellResults& results, const std::string& recipe) {
  for (const Group& each : groups(results))
    if (each.recipe == recipe) return each;
  return {};
}

// Seeds 1 to 3 of the baseline, 3 to 1 of the recipe and a fourth that has no partner.
const CellResults three_seeds = {cell("base", 1, "rrff-"), cell("base", 2, "rrrf-"), cell("base", 3, "rfff-"),
                                 cell("new", 3, "rrr-f"),  cell("new", 2, "rrrrr"),  cell("new", 1, "rrrr-"),
                                 cell("new", 4, "fffff")};

}  // namespace

TEST_CASE("shares are of the range, of the attacked images, or of the confident ones") {
  const CellResult one = cell("base", 1, "rfcd-");
  const auto share_of = [&](const Measure& measure) {
    const SuccessRate rate = *one.share(measure);
    return std::pair(rate.count, rate.of);
  };
  CHECK(share_of(accuracy) == std::pair<Index, Index>(4, 5));
  CHECK(share_of(robust) == std::pair<Index, Index>(2, 5));
  CHECK(share_of(flips) == std::pair<Index, Index>(2, 4));
  CHECK(share_of(confident) == std::pair<Index, Index>(1, 3));
  CHECK(!one.share({"", "no such attack", Measure::flips}));
  CHECK(one.images(robust) ==
        std::map<Index, bool>{{0, true}, {1, false}, {2, false}, {3, true}, {4, false}});
  CHECK(one.images(accuracy).at(4) == false);
}

TEST_CASE("robust accuracy leaves out rows beyond the range that networks share, flips do not") {
  CellResult one = cell("base", 1, "rfrf");
  one.attacks["exact"].run.range = {0, 3};
  CHECK(one.share(robust)->of == 3);
  CHECK(one.share(robust)->count == 2);
  CHECK(one.share(flips)->of == 4);
}

TEST_CASE("the least confident images are refused first, equal ones in their order") {
  const auto of_answered = [](const std::string& images, double refused) {
    const SuccessRate rate = *cell("base", 1, images).share({"", "exact", Measure::flips, refused});
    return std::pair(rate.count, rate.of);
  };
  CHECK(of_answered("frrrrrrrrf", 0.1) == std::pair<Index, Index>(1, 9));
  CHECK(of_answered("rfrrrrrrrf", 0.1) == std::pair<Index, Index>(2, 9));
  CHECK(of_answered("frrrrrrrdf", 0.1) == std::pair<Index, Index>(2, 9));  // the one without confidence
  CHECK(of_answered("frrrrrrrdf", 0.2) == std::pair<Index, Index>(1, 8));
  CHECK(of_answered("ffdd", 0.25) == std::pair<Index, Index>(2, 3));
}

TEST_CASE("differences are paired by seed, whatever the order of the cells, and are group minus baseline") {
  const Group base = group(three_seeds, "base"), recipe = group(three_seeds, "new");
  const Difference found = *difference(recipe, base, robust);
  CHECK(found.seeds == 3);
  CHECK(found.over_seeds.mean == doctest::Approx((2 + 2 + 2) / 15.0));
  CHECK(!found.over_seeds.interval);  // all are 2 of 5
  CHECK(!found.t_test);
  CHECK(*found.sign_flip == 0.25);
  CHECK(found.images.common == 15);
  CHECK(found.images.only_group == 6);
  CHECK(found.images.only_baseline == 0);
  CHECK(found.images.significant == 0);
  CHECK(found.images.largest_p == doctest::Approx(0.5));

  const Difference right = *difference(recipe, base, accuracy);
  CHECK(right.images.common == 15);
  CHECK(right.images.only_group == 2);  // the last images of seeds 2 and 3
  CHECK(right.images.only_baseline == 1);
  CHECK(right.over_seeds.mean == doctest::Approx(1 / 15.0));
  CHECK(right.over_seeds.interval.has_value());
}

TEST_CASE("group and baseline exchanged turn every sign") {
  const Group base = group(three_seeds, "base"), recipe = group(three_seeds, "new");
  for (const Measure& measure : {accuracy, robust, flips}) {
    const Difference one = *difference(recipe, base, measure), other = *difference(base, recipe, measure);
    CHECK(one.over_seeds.mean != 0);
    CHECK(one.over_seeds.mean == doctest::Approx(-other.over_seeds.mean));
    CHECK(one.images.only_group == other.images.only_baseline);
    CHECK(one.images.only_group != one.images.only_baseline);
  }
  CHECK(difference(recipe, base, robust)->over_seeds.mean > 0);
  CHECK(difference(recipe, base, flips)->over_seeds.mean < 0);
}

TEST_CASE("McNemar's test is of the images that both networks were attacked on, seed by seed") {
  const CellResults results = {cell("base", 1, "ffffffffrr-"), cell("new", 1, "rrrrrrrr-rf")};
  const Difference found = *difference(group(results, "new"), group(results, "base"), flips);
  CHECK(found.images.common == 9);  // but two
  CHECK(found.images.only_group == 0);
  CHECK(found.images.only_baseline == 8);
  CHECK(found.images.significant == 1);
  CHECK(found.images.largest_p == doctest::Approx(mcnemar_exact(0, 8)));
}

TEST_CASE("one seed has its own interval, two that differ none, equal ones that of the fewest images") {
  const auto shared = [](const CellResults& results) { return *share(group(results, "base"), flips); };
  const GroupShare one = shared({cell("base", 1, "rrrf")});
  CHECK(one.mean == 0.25);
  CHECK(one.interval->high == wilson_interval(1, 4).high);
  const GroupShare two = shared({cell("base", 1, "rrrf"), cell("base", 2, "rrff")});
  CHECK(two.mean == 0.375);
  CHECK(!two.interval);
  const GroupShare never =
      shared({cell("base", 1, "rrrr"), cell("base", 2, "rrrrr"), cell("base", 3, "rr-rr")});
  CHECK(never.mean == 0);
  CHECK(never.interval->low == 0);
  CHECK(never.interval->high == clopper_pearson_interval(0, 4).high);
  const GroupShare three =
      shared({cell("base", 1, "rrrr"), cell("base", 2, "rrrr"), cell("base", 3, "rrrf")});
  CHECK(three.interval->low == 0);  // Student's goes below
  CHECK(three.interval->high == mean_over_seeds({0, 0, 0.25}).interval->high);
}

TEST_CASE("tables say why there is no interval, and turn signs with recipe and baseline") {
  Experiment experiment;
  experiment.attacks = {{"exact", {}, {}}};
  const auto line = [&](const CellResults& results, const std::string& beginning) {
    std::istringstream lines(tables_text(experiment, results));
    bool differences = false;
    for (std::string each; std::getline(lines, each);) {
      differences = differences || each.starts_with("percentage points");
      if (differences && each.starts_with(beginning)) return each;
    }
    return std::string();
  };
  const std::string three = line(three_seeds, "exact: robust accuracy");
  CHECK(three.find(" 40.00 ") != std::string::npos);
  CHECK(three.find(" no spread ") != std::string::npos);
  CHECK(three.find(" - ") != std::string::npos);  // p of t
  CHECK(three.ends_with(" 0.2500  +6 -0 of 15, 0 of 3"));
  CellResults turned = three_seeds;
  std::ranges::reverse(turned);
  CHECK(line(turned, "exact: robust accuracy").find(" -40.00 ") != std::string::npos);
  CHECK(line(turned, "exact: robust accuracy").find("+0 -6 of 15") != std::string::npos);
  const CellResults two = {three_seeds[0], three_seeds[1], three_seeds[4], three_seeds[5]};
  CHECK(line(two, "exact: flips ").find("too few seeds") != std::string::npos);
  const std::string all = tables_text(experiment, two);
  CHECK(all.find("37.50 (50.00, 25.00)") != std::string::npos);
  CHECK(all.find("fewer than three do not tell how seeds spread") != std::string::npos);
  CHECK(all.find("toy: exact 0:5") != std::string::npos);
}
