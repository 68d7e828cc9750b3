#include <voronet/apps/cli/help.h>

#include <sstream>

#include "support/program.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("text is wrapped at spaces, its own line breaks stay, and a long word is left whole") {
  CHECK(wrapped("", 10).empty());
  CHECK(wrapped("one two three", 7) == "one two\nthree");
  CHECK(wrapped("one two three", 6) == "one\ntwo\nthree");
  CHECK(wrapped("one two three", 13) == "one two three");
  CHECK(wrapped("a\nb c", 80) == "a\nb c");
  CHECK(wrapped("an extraordinary word", 5) == "an\nextraordinary\nword");
}

TEST_CASE("all help stays within 80 columns") {
  for (const std::string command : {"", "train", "eval", "bench", "attack", "data", "report", "prove",
                                    "export", "experiment", "summary", "play"}) {
    const Outcome help = run_in_shell("\"$0\" " + command + " --help");
    REQUIRE(help.status == 0);
    std::istringstream lines(help.out);
    for (std::string line; std::getline(lines, line);) {
      INFO(line);
      CHECK(line.size() <= 80);
    }
  }
}
