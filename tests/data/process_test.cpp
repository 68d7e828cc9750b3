#include <voronet/core/error.h>
#include <voronet/core/file.h>
#include <voronet/data/process.h>

#include <doctest/doctest.h>

using namespace voronet;
using data::run_program;

TEST_CASE("a program runs in its folder, its arguments reach it as they are, its output is kept") {
  const TemporaryFolder folder;
  run_program({"sh", "-c", "printf '%s|' \"$@\" > made", "sh", "a b", "*", "$HOME;", ""}, folder.path(),
              "hint");
  CHECK(read_file(folder / "made") == "a b|*|$HOME;||");
  run_program({"sh", "-c", "echo out; echo err >&2; cat"}, folder.path(), "hint");
  CHECK(read_file(folder / "output.txt") == "out\nerr\n");
}

TEST_CASE("a program that is missing or fails is reported in one line with the hint") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(run_program({"no-such-program"}, folder.path(), "install it"),
                       "cannot run no-such-program: No such file or directory (install it)", Error);
  CHECK_THROWS_WITH_AS(
      run_program({"sh", "-c", "echo first; echo last; echo; exit 3"}, folder.path(), "try again"),
      "`sh -c echo first; echo last; echo; exit 3` failed: last (try again)", Error);
  CHECK_THROWS_WITH_AS(run_program({"sh", "-c", "kill -9 $$"}, folder.path(), "h"),
                       "`sh -c kill -9 $$` failed: it printed nothing (h)", Error);
}
