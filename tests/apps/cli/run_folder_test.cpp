#include <voronet/apps/cli/run_folder.h>
#include <voronet/core/error.h>
#include <voronet/core/file.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a new run gets a new folder, and never overwrites another run") {
  const TemporaryFolder temporary;
  const RunFolder folder = open_run_folder(temporary / "a/b", false);
  CHECK(std::filesystem::is_directory(folder.path));
  CHECK_NOTHROW(open_run_folder(temporary / "a/b", false));
  write_file(folder.config(), "[train]\n");
  CHECK_THROWS_WITH_AS(
      open_run_folder(folder.path, false),
      (folder.path.string() + " already holds a run: continue it with --resume, or choose another --out")
          .c_str(),
      Error);
  CHECK_NOTHROW(open_run_folder(folder.path, true));
}

TEST_CASE("a folder that cannot be made is an error") {
  const TemporaryFolder temporary;
  write_file(temporary / "f", "");
  CHECK_THROWS_AS(open_run_folder(temporary / "f/run", false), Error);
}
