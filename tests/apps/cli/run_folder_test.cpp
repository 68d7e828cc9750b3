#include <voronet/apps/cli/run_folder.h>
#include <voronet/core/error.h>
#include <voronet/core/file.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a new run gets a new folder, and never overwrites another run") {
  const TemporaryFolder temporary;
  const RunFolder folder = run_folder(temporary / "a/b", false);
  CHECK_FALSE(std::filesystem::exists(temporary / "a"));  // a run that is refused leaves nothing
  make_folder(folder.path);
  CHECK_NOTHROW(run_folder(temporary / "a/b", false));
  write_file(folder.config(), "[train]\n");
  CHECK_THROWS_WITH_AS(
      run_folder(folder.path, false),
      (folder.path.string() + " already holds a run: continue it with --resume, or choose another --out")
          .c_str(),
      Error);
  CHECK_NOTHROW(run_folder(folder.path, true));
}
