#include "apps/attack/toy_proof.h"
#include "support/browser.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// The page about networks with these heads.
std::string page_for(Index features, const std::vector<std::string>& heads = {"softmax", "gauss"}) {
  const ToyProof toy;
  std::vector<std::string> networks;
  for (const std::string& head : heads) networks.push_back(toy.network(head, features));
  const Outcome outcome = toy.prove(networks, {"--out", toy.folder / "proof"});
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  return read_file(toy.folder / "proof/report.html");
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the page has every theorem, the networks' numbers, and figures of the whole plane for d = 2") {
  const std::string page = page_for(2);
  for (const char* part : {"T1: softmax is nearest centroid", "T2: ", "T3: ", "T4: ", "T5: ", "T6: ", "T7: ",
                           "All checks", "<math", "softmax: feature space", "gauss: feature space",
                           "softmax: distances from centroids", "Confidence along rays"})
    CHECK_MESSAGE(contains(page, part), part);
  CHECK(!contains(page, "through three centroids</"));
  CHECK(!contains(page, "http"));
}

TEST_CASE("for larger d it has a plane through three centroids and the principal plane of each network") {
  const std::string page = page_for(5);
  for (const char* part : {"softmax: through three centroids", "gauss: through three centroids",
                           "softmax: principal components", "gauss: principal components"})
    CHECK_MESSAGE(contains(page, part), part);
}

TEST_CASE("DUQ has no centroids in its figures, DDU those of its softmax layer, and the page says why") {
  for (const Index features : {2, 5}) {
    const std::string page = page_for(features, {"duq", "ddu"});
    const std::string plane = features == 2 ? "feature space" : "principal components";
    for (const std::string& part :
         {"duq: " + plane, "ddu: " + plane, std::string("duq: distances from centroids"),
          std::string("The softmax layer with which this DDU network was trained."),
          std::string("What is not checked, and why"), std::string("The class Gaussians and their density:")})
      CHECK_MESSAGE(contains(page, part), part);
    CHECK(!contains(page, "duq: through three centroids"));
    CHECK(!contains(page, "--method certify"));  // which knows neither head
    CHECK(contains(page, "ddu: through three centroids") == (features == 5));
  }
}

TEST_CASE("a page without softmax networks says so instead of tables without numbers") {
  CHECK(contains(page_for(2, {"gauss"}), "No network here ends in a softmax layer."));
}

TEST_CASE("in a browser the page fits wide and narrow windows, light and dark, and asks for nothing") {
  if (!have_browser()) return;
  const std::string page = page_for(2, {"softmax", "gauss", "duq", "ddu"});
  for (const int width : {1280, 400})
    for (const Scheme scheme : {Scheme::light, Scheme::dark}) {
      const std::string seen = seen_by_browser(page, width, scheme);
      CAPTURE(width);
      CHECK(contains(seen, "data-fits=\"yes\""));
      CHECK(contains(seen, scheme == Scheme::dark ? "data-scheme=\"dark\"" : "data-scheme=\"light\""));
      CHECK(!contains(seen, "CONSOLE"));
    }
}
