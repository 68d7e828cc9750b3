#include "browser.h"
#include "toy_proof.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// The page about networks with either head.
std::string page_for(Index features) {
  const ToyProof toy;
  const Outcome outcome = toy.prove({toy.network("softmax", features), toy.network("gauss", features)},
                                    {"--out", toy.folder / "proof"});
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

TEST_CASE("in a browser the page fits wide and narrow windows, light and dark, and asks for nothing") {
  if (!have_browser()) return;
  const std::string page = page_for(2);
  for (const int width : {1280, 400})
    for (const Scheme scheme : {Scheme::light, Scheme::dark}) {
      const std::string seen = seen_by_browser(page, width, scheme);
      CAPTURE(width);
      CHECK(contains(seen, "data-fits=\"yes\""));
      CHECK(contains(seen, scheme == Scheme::dark ? "data-scheme=\"dark\"" : "data-scheme=\"light\""));
      CHECK(!contains(seen, "CONSOLE"));
    }
}
