#include <voronet/apps/run_folder.h>
#include <voronet/core/error.h>
#include <voronet/core/file.h>

#include <cmath>

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

TEST_CASE("metrics are on disk after each row, with all their digits") {
  const TemporaryFolder temporary;
  Metrics metrics(temporary / "metrics.csv", {"epoch", "loss"}, 0);
  metrics.append({1, 0.1});
  metrics.append({2, NAN});
  CHECK(read_file(temporary / "metrics.csv") == "epoch,loss\n1,0.1\n2,\n");
  metrics.append({3, 1.0 / 3});
  CHECK(read_csv(temporary / "metrics.csv").numbers("loss")[2] == 1.0 / 3);
  CHECK_THROWS_AS(metrics.append({4}), Error);
}

TEST_CASE("a resumed run keeps the rows up to its checkpoint and makes the others again") {
  const TemporaryFolder temporary;
  {
    Metrics metrics(temporary / "metrics.csv", {"epoch", "loss"}, 0);
    for (int epoch = 1; epoch <= 3; ++epoch) metrics.append({epoch * 1.0, 10.0 - epoch});
  }
  Metrics metrics(temporary / "metrics.csv", {"epoch", "loss"}, 2);
  CHECK(metrics.table().rows.size() == 2);
  metrics.append({3, 0.5});
  CHECK(read_file(temporary / "metrics.csv") == "epoch,loss\n1,9\n2,8\n3,0.5\n");
  CHECK_THROWS_AS(Metrics(temporary / "metrics.csv", {"step", "loss"}, 2), Error);
}
