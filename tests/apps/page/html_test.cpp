#include <voronet/apps/page/html.h>
#include <voronet/core/version.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("whatever a text holds, it stays text") {
  CHECK(html::escape("<b> & \"it's\"") == "&lt;b&gt; &amp; &quot;it&#39;s&quot;");
  const std::string page = html::page("</title><script>", "");
  CHECK(page.find("<script>") == std::string::npos);
  CHECK(html::table({"<i>"}, {{"<b>"}}).find("<b>") == std::string::npos);
  CHECK(html::quiet("<b>") == "<p class=\"quiet\">&lt;b&gt;</p>\n");
  CHECK(html::titled_table("<i>", {"a"}, {{"<b>"}}).find("<h3>&lt;i&gt;</h3>") == 0);
  CHECK(html::titled_table("", {"a"}, {{"b"}}).find("<h3>") == std::string::npos);
}

TEST_CASE("a picture's address is base64 with its padding") {  // test vectors of RFC 4648
  const std::string start = "data:image/png;base64,";
  CHECK(html::png_address("") == start);
  CHECK(html::png_address("f") == start + "Zg==");
  CHECK(html::png_address("fo") == start + "Zm8=");
  CHECK(html::png_address("foo") == start + "Zm9v");
  CHECK(html::png_address("foobar") == start + "Zm9vYmFy");
  CHECK(html::png_address("\xff\xfe") == start + "//4=");
}

TEST_CASE("a page names no address outside itself") {
  const std::string page = html::page("t", html::table({"a", "b"}, {{"1", "2"}}));
  CHECK(page.find("http") == std::string::npos);
  CHECK(page.find("<td>2</td>") != std::string::npos);
}

TEST_CASE("pictures stand side by side, without those that are empty") {
  CHECK(html::side_by_side({"<svg/>", "", "<p/>"}) ==
        "<div class=\"plots\">\n<div><svg/></div>\n<div><p/></div>\n</div>\n");
}

TEST_CASE("a page is UTF-8, whatever names it holds, and ends with the program that made it") {
  const std::string page = html::page("caf\xe9", "");
  CHECK(page.find("caf\xef\xbf\xbd") != std::string::npos);
  CHECK(page.find("Made by " + program() + ", with ") != std::string::npos);
}

TEST_CASE("an address has nothing in it that a browser takes for something else") {
  CHECK(html::address("copy/cw_1.5-a~b/report.html") == "copy/cw_1.5-a~b/report.html");
  CHECK(html::address("a#b") == "a%23b");
  CHECK(html::address("50%?/\"x y\"&:'") == "50%25%3F/%22x%20y%22%26%3A%27");
  CHECK(html::address("\xc3\xa9") == "%C3%A9");
}
