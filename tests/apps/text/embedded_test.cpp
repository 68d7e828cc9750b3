#include <voronet/apps/text/embedded.h>
#include <voronet/core/error.h>
#include <voronet/core/file.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("every file that is built in is in the source as it is here, whatever its bytes") {
  for (const char* name :
       {"prove/page.html", "page/style.css", "commands/train.txt", "experiment/quick.toml"})
    CHECK(embedded_files().contains(name));
  for (const auto& file : embedded_files()) {
    CAPTURE(file.first);
    CHECK(file.second == read_file(std::filesystem::path(VORONET_SOURCE_DIR) / "apps" / file.first));
  }
}

TEST_CASE("values stand in place of names, and are not searched again") {
  const std::string page =
      filled("page/frame.html", {{"title", "{body}"}, {"style", ""}, {"body", "<p>b</p>"}});
  CHECK(page.find("<title>{body}</title>") != std::string::npos);
  CHECK(page.find("<h1>{body}</h1>\n<p>b</p></body>") != std::string::npos);
  CHECK_THROWS_WITH_AS(filled("page/frame.html", {{"title", ""}}),
                       "page/frame.html: nothing to put in place of {style}", Error);
  CHECK_THROWS_WITH_AS(filled("page/absent.html"), "page/absent.html is not built into this program", Error);
}
