// README.md's path through the tree: the files that it names are there, and have as many lines as it says.
#include <voronet/core/file.h>
#include <voronet/core/text.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

// Of a file, or, named without an ending, of the header and the source of that name.
long lines_of(const std::string& name) {
  long lines = 0;
  for (const char* ending : {"", ".h", ".cpp"}) {
    const std::filesystem::path path = VORONET_SOURCE_DIR "/" + name + ending;
    if (!std::filesystem::is_regular_file(path)) continue;
    const std::string content = read_file(path);
    lines += std::count(content.begin(), content.end(), '\n');
  }
  return lines;
}

// "1,234" as people write it.
std::string with_comma(long n) {
  const std::string digits = std::to_string(n);
  return digits.size() < 4 ? digits
                           : digits.substr(0, digits.size() - 3) + "," + digits.substr(digits.size() - 3);
}

}  // namespace

TEST_CASE("the path of README.md has the lines that it prints, and is read in an afternoon") {
  const std::string readme = read_file(VORONET_SOURCE_DIR "/README.md");
  const auto from = readme.find("| the path |"), to = readme.find("\n\n", from);
  REQUIRE(from != std::string::npos);
  const std::string table = readme.substr(from, to - from);
  const std::regex row("\\n\\| (.*) \\| (.*) \\| ([0-9,]+) \\|"), file("`([^`]+)`");
  long total = 0;
  std::string printed_total;
  for (std::sregex_iterator found(table.begin(), table.end(), row), end; found != end; ++found) {
    const std::string title = (*found)[1], files = (*found)[2], printed = (*found)[3];
    CAPTURE(title);
    if (files == "all") {
      printed_total = printed;
      continue;
    }
    long lines = 0;
    for (std::sregex_iterator name(files.begin(), files.end(), file); name != end; ++name) {
      const long own = lines_of((*name)[1]);
      CHECK_MESSAGE(own > 0, (*name)[1].str());
      lines += own;
    }
    CHECK(printed == with_comma(lines));
    total += lines;
  }
  CHECK(printed_total == with_comma(total));
  CHECK(total <= 4200);
}

TEST_CASE("an example has at most 40 lines, and README.md of its folder names it") {
  const std::string readme = read_file(VORONET_SOURCE_DIR "/examples/README.md");
  for (const auto& file : std::filesystem::directory_iterator(VORONET_SOURCE_DIR "/examples")) {
    if (file.path().extension() != ".cpp") continue;
    const std::string name = file.path().filename().string();
    CHECK_MESSAGE(lines_of("examples/" + name) <= 40, name);
    CHECK_MESSAGE(readme.find("`" + name + "`") != std::string::npos, name);
  }
}
