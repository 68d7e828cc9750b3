// Pages as a browser sees them. Needs Chromium; skipped with a message where there is none.
#include <voronet/apps/html.h>
#include <voronet/apps/plot.h>
#include <voronet/core/file.h>
#include <voronet/core/text.h>

#include <array>
#include <cstdio>
#include <cstdlib>

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

// The page's DOM in a window of this width after its scripts ran, and what the browser complained about.
std::string seen_by_browser(const std::filesystem::path& page, int width) {
  const std::string command =
      text("chromium --headless --no-sandbox --disable-gpu --enable-logging=stderr --dump-dom ",
           "--window-size=", width, ",800 'file://", page.string(), "' 2>&1");
  std::string seen;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer;
  while (const std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) seen.append(buffer.data(), n);
  CHECK(pclose(pipe) == 0);
  return seen;
}

}  // namespace

TEST_CASE("a page fits windows of 1280 and of 400 pixels and gives no error in a browser") {
  if (std::system("command -v chromium > /dev/null") != 0) {
    MESSAGE("skipped: there is no chromium");
    return;
  }
  const TemporaryFolder folder;
  const std::string measure =
      "<script>document.body.dataset.fits ="
      " document.documentElement.scrollWidth <= innerWidth ? 'yes' : 'no'</script>";
  write_file(folder / "page.html", whole_page() + measure);
  for (const int width : {1280, 400}) {
    const std::string seen = seen_by_browser(folder / "page.html", width);
    INFO(seen);
    CHECK(seen.find("data-fits=\"yes\"") != std::string::npos);
    CHECK(seen.find("CONSOLE") == std::string::npos);
  }
}
