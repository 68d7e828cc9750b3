// The page that can be touched: a browser drags and clicks on it, and its numbers are the program's.
#include <voronet/attacks/pixel/one_pixel.h>
#include <voronet/attacks/proof/exact.h>
#include <voronet/core/autograd.h>
#include <voronet/core/file.h>
#include <voronet/core/operators.h>
#include <voronet/data/datasets.h>
#include <voronet/data/md5.h>
#include <voronet/layers/checkpoint.h>

#include <algorithm>
#include <sstream>
#include <tuple>

#include "support/browser.h"
#include "support/program.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;
using namespace voronet::test;

namespace {

using Json = nlohmann::json;

constexpr double none = 1e-9;  // of T1's residual

// A page's numbers of its softmax layer: softmax_facts in web/plane.cpp.
void check_holds(const Json& facts) {
  CHECK(facts[0].get<double>() <= none);
  CHECK(facts[1] == 0);
  CHECK(facts[4].get<double>() + facts[5].get<double>() + facts[6].get<double>() + facts[7].get<double>() ==
        doctest::Approx(facts[8].get<double>()).epsilon(1e-9));  // T4
}

void check_holds_dragged(const Json& worst) {
  CHECK(worst["residual"].get<double>() <= none);
  CHECK(worst["mismatches"] == 0);
}

Json touched(const std::string& page) {
  const Outcome seen = run_in_shell("python3 '" VORONET_SOURCE_DIR "/tests/web/touch.py' '" + page + "'");
  INFO(seen.err);
  REQUIRE(seen.status == 0);
  return Json::parse(seen.out);
}

bool can_touch() {
  if (!have_browser()) return false;
  if (std::system("command -v python3 > /dev/null") == 0) return true;
  skipped("there is no python3");
  return false;
}

// What a link opens is what was shown, but for the rounding of floats in it.
void check_link(const Json& link) {
  CHECK(link["fragment"].get<std::string>().size() < 4000);
  CHECK(link["before"].size() == link["after"].size());
  for (std::size_t i = 0; i < link["before"].size(); ++i) {
    CAPTURE(i);
    const Json before = link["before"][i], after = link["after"][i];
    if (!before.is_array()) {
      CHECK(before == after);
      continue;
    }
    REQUIRE(before.size() == after.size());
    for (std::size_t k = 0; k < before.size(); ++k)
      CHECK(after[k].get<double>() == doctest::Approx(before[k].get<double>()).epsilon(1e-4));
  }
}

// T3: no class is cheaper than a point's own.
void check_point(const Json& point) {
  REQUIRE(point["costs"].size() >= 2);
  CHECK(std::ranges::min(point["costs"].get<std::vector<double>>()) == 0);
  CHECK(point["ray"] == true);
}

void check_everywhere(const Json& found) {
  CHECK(found["complaints"] == Json::array());
  CHECK(found["width_at_400"].get<int>() <= 400);
  CHECK(found["key_moved"] == true);
  check_point(found["point"]);
  const Json& lesson = found["lesson"];
  CHECK(lesson["count"] == 7);
  CHECK(lesson["early"] == 0);
  CHECK(lesson["answered"] == 7);
  for (const char* when : {"start", "no_bias", "mended", "step"}) {
    CAPTURE(when);
    check_holds(found[when]);
  }
  CHECK(found["no_bias"][9].get<double>() <= 1e-9);  // equally far from the origin
  CHECK(found["broken"][0].get<double>() > .1);
  check_holds_dragged(found["drags"]);
  check_holds_dragged(found["rows"]);
  check_link(found["link"]);
}

// Generations of the published attack, as the page shows them, beside the library's.
void check_attack(const Json& steps, Classifier& network, const data::Dataset& set) {
  const data::Images image = set.images.select(std::vector<Index>{0});
  const AttackedModel model(network);
  const NoGrad scope;
  const int label = argmax(network(set.inputs(std::vector<Index>{0})))[0];
  OnePixelSearch search({.evolution = evolution_preset("hess2020"), .published_stopping = true}, model, image,
                        0, label);
  for (const Json& step : steps) {
    search.step();
    CHECK(step["facts"][0] == search.evolution().generation());
    CHECK(step["facts"][1] == search.row().queries);
    CHECK(step["best"].back().get<double>() == doctest::Approx(search.evolution().best_cost()).epsilon(1e-5));
    const PixelCandidates members = search.members();
    REQUIRE(step["population"].size() == 2 * members.positions.size());
    Index same = 0;  // two evaluations in floats may choose otherwise where two changes are equally good
    for (std::size_t i = 0; i < members.positions.size(); ++i)
      same += step["population"][2 * i] == members.positions[i] &&
              step["population"][2 * i + 1] == members.values[i];
    CHECK(static_cast<double>(same) >= .95 * static_cast<double>(members.count()));
  }
}

// A feature that a dragged value moves to another class.
void check_crossing(const Json& crossing) {
  const std::string said = crossing["said"], from = crossing["from"], to = crossing["to"];
  CHECK(crossing["before"] == "");
  CHECK(said.find("softmax: the feature crossed the border from " + from + " to " + to) != std::string::npos);
}

void check_picture_panel(const Json& found, const std::string& softmax, const data::Dataset& set) {
  Classifier network = load_classifier(softmax + "/checkpoint.safetensors");
  network.eval();
  check_attack(found["attack"]["steps"], network, set);
  CHECK(found["attack"]["ran"] == true);
  CHECK(found["attack"]["curve"] == true);
  check_crossing(found["crossing"]);
  CHECK(found["stopping"]["decided"].get<int>() >= 0);
  CHECK(found["stopping"]["said"] == "Stopped.");
}

// What the page's module says of pictures, beside what the program says.
void check_pictures(const Json& said, Classifier& network, const data::Dataset& set) {
  const NoGrad scope;
  network.eval();
  const auto provable = std::make_shared<const ProvableNetwork>(network);
  for (const Json& picture : said) {
    const std::vector<Index> chosen = {picture["index"].get<Index>()};
    CAPTURE(chosen[0]);
    const Tensor features = network.features(set.inputs(chosen)), logits = network.logits(features);
    for (Index i = 0; i < 2; ++i)
      CHECK(picture["features"][i].get<double>() == doctest::Approx(features.at(i)).epsilon(1e-5));
    for (Index k = 0; k < 10; ++k)
      CHECK(picture["logits"][k].get<double>() == doctest::Approx(logits.at(k)).epsilon(1e-5));
    const int label = argmax(logits)[0];
    CHECK(picture["label"] == label);
    const AttackRow row = attack(Exact{.network = provable, .census = true}, network,
                                 set.images.select(chosen), chosen[0], label);
    CHECK(picture["flips"] == row.census->adversarial());
    CHECK(picture["pixels"] == row.census->weak_pixels.size());
    CHECK(picture["certified"] == row.proof->certified);
  }
}

// The page of two LeNets with so many features, in this folder, where they are trained for a few epochs.
std::string page_of_lenets(const TemporaryFolder& folder, const std::string& features,
                           const std::string& softmax_epochs) {
  const std::string page = folder / "page.html";
  for (const auto& [head, recipe, epochs] : {std::tuple{"softmax", "softmax-plane", softmax_epochs},
                                             std::tuple{"gauss", "ce-plane", std::string("6")}})
    REQUIRE(run_voronet({"train", "--data", "fashion-mnist", "--embedding", features, "--final-relu", "off",
                         "--recipe", recipe, "--epochs", epochs, "--out", folder / head, "--quiet"})
                .status == 0);
  REQUIRE(run_voronet({"play", "--checkpoint", folder / "softmax", folder / "gauss", "--data",
                       "fashion-mnist", "--out", page})
              .status == 0);
  CHECK(std::filesystem::file_size(page) <= 1'500'000);
  return page;
}

}  // namespace

TEST_CASE("the module in web/ is as new as its sources") {
  std::istringstream list(read_file(VORONET_SOURCE_DIR "/web/voronet.sources"));
  int count = 0;
  for (std::string md5, path; list >> md5 >> path; ++count)
    CHECK_MESSAGE(
        data::md5(read_file(std::filesystem::path(VORONET_SOURCE_DIR) / path)) == md5, path,
        " is another than the one that web/voronet.wasm.gz was made of: web/build.sh makes it anew");
  CHECK(count > 50);
}

TEST_CASE("a page of points can be touched") {
  const TemporaryFolder folder;
  const std::string csv = folder / "blobs.csv", page = folder / "page.html";
  REQUIRE(run_voronet({"data", "blobs", "--points", "300", "--out", csv}).status == 0);
  for (const std::string head : {"softmax", "gauss"})
    REQUIRE(run_voronet({"train", "--data", csv, "--head", head, "--embedding", "2", "--final-relu", "off",
                         "--width", "16", "--out", folder / head, "--quiet"})
                .status == 0);
  REQUIRE(run_voronet(
              {"play", "--checkpoint", folder / "softmax", folder / "gauss", "--data", csv, "--out", page})
              .status == 0);
  CHECK(std::filesystem::file_size(page) < 800'000);
  if (can_touch()) check_everywhere(touched(page));
}

TEST_CASE(
    "a page of two LeNets is small, holds what the theorems say, and says of pictures what the program "
    "says") {
  if (!can_touch()) return;
  const TemporaryFolder folder;
  const std::string page = page_of_lenets(folder, "2", "3");
  const Json found = touched(page);
  check_everywhere(found);
  check_holds_dragged(found["drags_of_three"]);
  CHECK(found["pixel"] == 255);
  CHECK(found["crossing"]["lit"].get<int>() > 0);
  const data::Dataset set = data::fashion_mnist(data::Split::test);
  REQUIRE(found["networks"].size() == 2);
  for (const Json& said : found["networks"]) {
    Classifier network = load_classifier(folder / said["head"].get<std::string>() / "checkpoint.safetensors");
    CHECK(said["pictures"].size() == 20);
    check_pictures(said["pictures"], network, set);
  }
  check_picture_panel(found, folder / "softmax", set);
}

TEST_CASE("of ten features the page shows the plane through three centroids, and says so") {
  if (!can_touch()) return;
  const TemporaryFolder folder;
  const std::string page = page_of_lenets(folder, "10", "2");
  const Json found = touched(page), sections = found["sections"];
  check_everywhere(found);
  CHECK(sections["facts"] == found["start"]);  // all dimensions count, whatever plane is shown
  const std::string said = sections["said"];
  CHECK(said.find("the points lie off it") != std::string::npos);
  REQUIRE(sections["views"].size() == 2);
  for (const Json& view : sections["views"]) {
    CHECK(view["three"] == Json({1, 2, 4}));
    CHECK(view["off"].get<double>() < 1e-9);
    CHECK(view["mean_off"].get<double>() > 1e-3);
    CHECK(view["classes"] == view["grounds"]);
  }
  check_picture_panel(found, folder / "softmax", data::fashion_mnist(data::Split::test));
}

TEST_CASE("what cannot be played with is said in one line") {
  const TemporaryFolder folder;
  const std::string csv = folder / "moons.csv", page = folder / "page.html";
  REQUIRE(run_voronet({"data", "moons", "--points", "100", "--out", csv}).status == 0);
  const auto refused = [&](const std::vector<std::string>& more, const std::string& part) {
    std::vector<std::string> all = {"play", "--data", csv, "--out", page};
    all.insert(all.end(), more.begin(), more.end());
    const Outcome outcome = run_voronet(all);
    INFO(outcome.err);
    CHECK(outcome.status == 1);
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK(outcome.err.find(part) != std::string::npos);
  };
  refused({}, "apps/prove_demo.sh trains a pair");
  for (const auto& [name, features, head] :
       {std::tuple{"ten", "10", "softmax"}, std::tuple{"duq", "2", "duq"}, std::tuple{"two", "2", "softmax"}})
    REQUIRE(run_voronet({"train", "--data", csv, "--epochs", "1", "--embedding", features, "--head", head,
                         "--out", folder / name, "--quiet"})
                .status == 0);
  refused({"--checkpoint", folder / "ten"},
          "ten has 10 features, of which the page shows a plane through three");
  refused({"--checkpoint", folder / "duq"}, "duq ends in duq; the page shows softmax and Gauss heads");
  refused({"--checkpoint", folder / "two", folder / "two"},
          "two and two both end in softmax; it shows one of softmax and one of Gauss");
}
