#include <voronet/data/cifar.h>
#include <voronet/data/datasets.h>

#include <algorithm>

#include "support/cifar_files.h"
#include "support/skip.h"
#include <doctest/doctest.h>
#include <zlib.h>

using namespace voronet;
using namespace voronet::data;
using namespace voronet::test;

namespace {

void check_image(const Images& images, Index i, Index which) {
  const auto pixels = images.image(i);
  bool same = true;
  for (Index y = 0; y < 32; ++y)
    for (Index x = 0; x < 32; ++x)
      for (Index c = 0; c < 3; ++c)
        same = same && pixels[static_cast<std::size_t>((y * 32 + x) * 3 + c)] == cifar_byte(which, y, x, c);
  CHECK(same);
}

}  // namespace

TEST_CASE("CIFAR-10's planes become pixels, over all files in their order") {
  const TemporaryFolder folder;
  write_file(folder / "a", cifar_record({9}, 1) + cifar_record(std::string(1, '\0'), 2));
  write_file(folder / "b", cifar_record({4}, 3));
  const LabelledImages read = read_cifar10({folder / "b", folder / "a"});
  CHECK(read.labels == std::vector<int>{4, 9, 0});
  CHECK(read.images.count == 3);
  CHECK(read.images.height == 32);
  CHECK(read.images.width == 32);
  CHECK(read.images.channels == 3);
  REQUIRE(read.images.pixels.size() == 3 * 3072);
  for (const auto& [i, which] : {std::pair{0, 3}, {1, 1}, {2, 2}}) check_image(read.images, i, which);
}

TEST_CASE("CIFAR-100's label is the fine one, the second byte") {
  const TemporaryFolder folder;
  write_file(folder / "train.bin", cifar_record({19, 99}, 1) + cifar_record({3, 0}, 2));
  const LabelledImages read = read_cifar100({folder / "train.bin"});
  CHECK(read.labels == std::vector<int>{99, 0});
  check_image(read.images, 0, 1);
  check_image(read.images, 1, 2);
}

TEST_CASE("compressed CIFAR files are read as they are") {
  const TemporaryFolder folder;
  const std::string bytes = cifar_record({7}, 5);
  const gzFile file = gzopen((folder / "f.gz").c_str(), "wb");
  REQUIRE(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())) == static_cast<int>(bytes.size()));
  REQUIRE(gzclose(file) == Z_OK);
  const LabelledImages read = read_cifar10({folder / "f.gz"});
  CHECK(read.labels == std::vector<int>{7});
  check_image(read.images, 0, 5);
}

TEST_CASE("CIFAR files of the wrong length or with labels out of range are refused by name") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "f.bin";
  const auto refused = [&](const std::string& bytes, const auto& read, const std::string& message) {
    write_file(path, bytes);
    CHECK_THROWS_WITH_AS(read({path}), (path.string() + ": " + message).c_str(), Error);
  };
  const std::string good = cifar_record({1}, 1);
  refused("", read_cifar10, "0 bytes are no whole number of records of 3073 bytes");
  refused(good.substr(1), read_cifar10, "3072 bytes are no whole number of records of 3073 bytes");
  refused(good + "x", read_cifar10, "3074 bytes are no whole number of records of 3073 bytes");
  refused(good, read_cifar100, "3073 bytes are no whole number of records of 3074 bytes");
  refused(good + cifar_record({10}, 1), read_cifar10, "label 10 of record 1 is outside 0..9");
  refused(cifar_record({-1}, 1), read_cifar10, "label 255 of record 0 is outside 0..9");
  refused(cifar_record({20, 1}, 1), read_cifar100, "coarse label 20 of record 0 is outside 0..19");
  refused(cifar_record({1, 100}, 1), read_cifar100, "fine label 100 of record 0 is outside 0..99");
  CHECK_THROWS_WITH_AS(read_cifar10({"/nowhere/f"}), "cannot read /nowhere/f: No such file or directory",
                       Error);
}

TEST_CASE("CIFAR-10 on this machine has 50,000 and 10,000 images, balanced over its classes") {
  if (find_folder(known_dataset("cifar10")).empty())
    return skipped("CIFAR-10 is not on this machine (voronet data cifar10)");
  for (const auto& [split, count] : {std::pair{Split::train, 50000}, std::pair{Split::test, 10000}}) {
    const Dataset set = cifar10(split);
    CHECK(set.size() == count);
    for (int c = 0; c < 10; ++c) CHECK(std::count(set.labels.begin(), set.labels.end(), c) == count / 10);
    for (std::size_t channel = 0; channel < 3; ++channel) {
      double sum = 0;
      for (std::size_t i = channel; i < set.images.pixels.size(); i += 3) sum += set.images.pixels[i];
      CHECK(sum / 255 / 1024 / count == doctest::Approx(set.mean[channel]).epsilon(0.02));
    }
  }
}
