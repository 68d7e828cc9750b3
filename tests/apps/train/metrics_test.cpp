#include <voronet/apps/train/metrics.h>
#include <voronet/core/error.h>
#include <voronet/core/file.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;

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
