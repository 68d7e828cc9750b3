// Pages as a browser sees them. Needs Chromium; skipped with a message where there is none.
#include <voronet/apps/page/html.h>
#include <voronet/apps/page/plot.h>

#include "support/browser.h"
#include <doctest/doctest.h>

using namespace voronet;

namespace {

// Everything that a page uses.
std::string whole_page() {
  std::string body =
      html::table({"head", "accuracy", "confidence", "flips (95 %)", "confident flips", "queries"},
                  {{"softmax", "90.70 %", "0.934", "24 (16.7-33.2 %)", "24 (16.7-33.2 %)", "40,400"}});
  body +=
      "<div class=\"plots\"><div>" + svg({"Loss", "epoch", "loss", {{"a", {1, 2}, {3, 4}}}}) + "</div></div>";
  body +=
      "<div class=\"gallery\"><div class=\"card\"><h3>Image 1</h3><div "
      "class=\"pair\"><figure></figure></div></div></div>";
  return html::page("A page", body);
}

}  // namespace

TEST_CASE("a page fits windows of 1280 and of 400 pixels, asks for nothing and gives no error in a browser") {
  if (!test::have_browser()) return;
  for (const int width : {1280, 400}) {
    const std::string seen = test::seen_by_browser(whole_page(), width);
    INFO(seen);
    CHECK(seen.find("data-fits=\"yes\"") != std::string::npos);
    CHECK(seen.find("CONSOLE") == std::string::npos);
  }
}

TEST_CASE("the browser would complain about a page that asks for a picture from elsewhere") {
  if (!test::have_browser()) return;
  const std::string seen =
      test::seen_by_browser(html::page("t", "<img src=\"https://example.org/a.png\">"), 400);
  CHECK(seen.find("CONSOLE") != std::string::npos);
}
