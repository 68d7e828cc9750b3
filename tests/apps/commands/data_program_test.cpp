#include <voronet/core/file.h>
#include <voronet/core/text.h>

#include <algorithm>

#include "support/environment.h"
#include "support/program.h"
#include <doctest/doctest.h>
#include <zlib.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("voronet data takes CIFAR files of a folder, and says what it checked") {
  const TemporaryFolder home, mine;
  const Environment here("VORONET_DATA", home.path().string());
  // 10,000 black images of class 0 in each file, which compress well.
  const gzFile file = gzopen((mine / "test_batch.bin.gz").c_str(), "wb1");
  const std::string record(3073, '\0');
  for (int i = 0; i < 10000; ++i) REQUIRE(gzwrite(file, record.data(), 3073) == 3073);
  REQUIRE(gzclose(file) == Z_OK);
  for (int k = 1; k <= 5; ++k)
    std::filesystem::copy_file(mine / "test_batch.bin.gz", mine / text("data_batch_", k, ".bin.gz"));

  const Outcome outcome = run_voronet({"data", "cifar10", "--from", mine.path()});
  CHECK(outcome.status == 0);
  CHECK(outcome.out == (home / "cifar10").string() + "\n");
  CHECK(outcome.err ==
        "voronet: note: lengths and labels are right, but the files were not checked against the canonical "
        "archive\n");
  CHECK(std::filesystem::exists(home / "cifar10/data_batch_5.bin.gz"));
}

TEST_CASE("voronet data says in one line what is wrong with a folder") {
  const TemporaryFolder home, mine;
  const Environment here("VORONET_DATA", home.path().string());
  write_file(mine / "train.bin", "short");
  const Outcome outcome = run_voronet({"data", "cifar100", "--from", mine.path()});
  CHECK(outcome.status == 1);
  CHECK(outcome.out.empty());
  CHECK(outcome.err == "voronet: " + (mine / "train.bin").string() +
                           " is not the file of cifar100: it has 5 bytes, not 153700000\n");
  CHECK(run_voronet({"data", "cifar-10"}).status == 2);
}
