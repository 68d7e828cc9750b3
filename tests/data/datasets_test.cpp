#include <voronet/core/file.h>
#include <voronet/data/cifar.h>
#include <voronet/data/datasets.h>
#include <voronet/data/idx.h>
#include <voronet/data/png.h>

#include <algorithm>

#include "support/cifar_files.h"
#include "support/environment.h"
#include "support/idx_files.h"
#include "support/in_child.h"
#include "support/sanitized.h"
#include "support/skip.h"
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <zlib.h>

using namespace voronet;
using namespace voronet::data;
using namespace voronet::test;

namespace {

// IDX files of n images of 1 x 1 pixels and of `labels` in the folder, under the names of `split`.
void put_split(const std::filesystem::path& folder, const std::string& split, char n,
               const std::string& labels) {
  using namespace std::string_literals;
  write_file(folder / (split + "-images-idx3-ubyte"), "\0\0\x08\x03\0\0\0"s + n + "\0\0\0\x01\0\0\0\x01"s +
                                                          std::string(static_cast<std::size_t>(n), 'x'));
  write_file(folder / (split + "-labels-idx1-ubyte"),
             "\0\0\x08\x01\0\0\0"s + static_cast<char>(labels.size()) + labels);
}

}  // namespace

TEST_CASE("a folder with the four files of MNIST's format is a data set") {
  const TemporaryFolder folder;
  put_split(folder.path(), "train", 3, {1, 0, 9});
  put_split(folder.path(), "t10k", 1, {7});
  const Dataset train = load(folder.path().string(), Split::train),
                test = load(folder.path().string(), Split::test);
  CHECK(train.size() == 3);
  CHECK(train.labels == std::vector<int>{1, 0, 9});
  CHECK(train.classes == 10);
  CHECK(train.class_names.size() == 10);
  CHECK(train.mean == std::vector{0.5});
  CHECK(train.deviation == std::vector{1.0});
  CHECK(test.labels == std::vector<int>{7});
  CHECK(test.images.pixels == std::vector<std::uint8_t>{'x'});
}

TEST_CASE("a folder that lacks a file, or whose files don't belong together, is refused") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  CHECK_THROWS_WITH_AS(
      load(path, Split::train),
      text(
          path,
          " holds no data set: neither the four files of MNIST's format, nor the binary files of CIFAR-10 or "
          "CIFAR-100, nor folders of pictures, train/CLASS/*.png and test/CLASS/*.png, nor points, train.csv "
          "and "
          "test.csv")
          .c_str(),
      Error);
  put_split(folder.path(), "train", 3, {1, 0});
  CHECK_THROWS_WITH_AS(
      load(path, Split::test),
      text("there is no file t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz in ", path).c_str(), Error);
  CHECK_THROWS_WITH_AS(
      load(path, Split::train),
      text(path, "/train-images-idx3-ubyte has 3 images, but ", path, "/train-labels-idx1-ubyte has 2 labels")
          .c_str(),
      Error);
  put_split(folder.path(), "train", 1, {10});
  CHECK_THROWS_AS(load(path, Split::train), Error);
}

TEST_CASE("a folder with the binary files of CIFAR-10 or CIFAR-100 is a data set, of three channels") {
  const TemporaryFolder ten, hundred;
  test::write_cifar10_files(ten.path());
  const Dataset train = load(ten.path().string(), Split::train),
                test = load(ten.path().string(), Split::test);
  CHECK(train.name == ten.path().string());
  CHECK(train.labels == std::vector<int>{1, 2, 3, 4, 5});
  CHECK(train.classes == 10);
  CHECK(train.class_names[5] == "dog");
  CHECK(train.mean == std::vector{0.4914, 0.4822, 0.4465});
  CHECK(train.deviation == std::vector{0.2023, 0.1994, 0.2010});
  CHECK(test.labels == std::vector<int>{0});
  CHECK(test.images.channels == 3);
  std::filesystem::remove(ten / "data_batch_3.bin");
  CHECK_THROWS_WITH_AS(
      load(ten.path().string(), Split::train),
      text("there is no file data_batch_3.bin or data_batch_3.bin.gz in ", ten.path().string()).c_str(),
      Error);

  write_file(hundred / "train.bin", test::cifar_record({0, 99}, 1));
  write_file(hundred / "test.bin", test::cifar_record({0, 98}, 1) + test::cifar_record({1, 0}, 2));
  CHECK(load(hundred.path().string(), Split::train).labels == std::vector<int>{99});
  const Dataset fine = load(hundred.path().string(), Split::test);
  CHECK(fine.labels == std::vector<int>{98, 0});
  CHECK(fine.classes == 100);
  CHECK(fine.class_names.size() == 100);
  CHECK(std::is_sorted(fine.class_names.begin(), fine.class_names.end()));
  CHECK(fine.mean.size() == 3);
}

TEST_CASE("an unknown name is answered with the known ones, a known one that is absent with how to get it") {
  const TemporaryFolder home;
  const Environment here("VORONET_DATA", home.path().string());
  CHECK_THROWS_WITH_AS(load("fashion", Split::test),
                       "there is no data set \"fashion\": give a folder, a .csv file or one of mnist, "
                       "fashion-mnist, cifar10, cifar100 "
                       "(`voronet data NAME` fetches one)",
                       Error);
  CHECK_THROWS_WITH_AS(load("mnist", Split::test),
                       "data set mnist is not on this machine: run `voronet data mnist`", Error);
}

TEST_CASE("a named data set in VORONET_DATA goes before the system's") {
  const TemporaryFolder home;
  const Environment here("VORONET_DATA", home.path().string());
  std::filesystem::create_directory(home / "fashion-mnist");
  put_split(home / "fashion-mnist", "train", 1, {2});
  put_split(home / "fashion-mnist", "t10k", 2, {3, 4});
  CHECK(fashion_mnist(Split::test).labels == std::vector<int>{3, 4});
  CHECK(fashion_mnist(Split::train).size() == 1);
  CHECK(fashion_mnist(Split::train).class_names[9] == "Ankle boot");
}

TEST_CASE("without VORONET_DATA data sets live in the user's cache") {
  const Environment data("VORONET_DATA", ""), home("HOME", "/home/someone");
  CHECK(data_home() == "/home/someone/.cache/voronet");
}

TEST_CASE("the real Fashion-MNIST has 60,000 and 10,000 images, balanced over its classes") {
  if (find_folder(known_dataset("fashion-mnist")).empty())
    return test::skipped("Fashion-MNIST is not on this machine (voronet data fashion-mnist)");
  for (const auto& [split, count] : {std::pair{Split::train, 60000}, std::pair{Split::test, 10000}}) {
    const Dataset set = fashion_mnist(split);
    CHECK(set.size() == count);
    CHECK(set.images.height == 28);
    CHECK(set.images.width == 28);
    for (int c = 0; c < 10; ++c) CHECK(std::count(set.labels.begin(), set.labels.end(), c) == count / 10);
  }
  const Dataset test = fashion_mnist(Split::test);
  CHECK(std::vector(test.labels.begin(), test.labels.begin() + 5) == std::vector<int>{9, 2, 1, 1, 6});
}

TEST_CASE("without HOME data sets for all users are found, and what needs a home says so") {
  const TemporaryFolder installed;
  for (const char* part : {"train", "t10k"}) put_split(installed.path(), part, 1, {2});
  KnownDataset dataset = known_dataset("mnist");
  dataset.system_folders = {installed.path()};
  const Environment data("VORONET_DATA", "");
  for (const char* home : {"", "/nonexistent"}) {
    const Environment here("HOME", home);
    CHECK(find_folder(dataset) == installed.path());
    CHECK_THROWS_WITH_AS(load("cifar10", Split::test),
                         "data set cifar10 is not on this machine: run `voronet data cifar10`", Error);
  }
  const Environment here("HOME", "");
  CHECK_THROWS_WITH_AS(data_home(), "neither VORONET_DATA nor HOME says where data sets live", Error);
}

TEST_CASE("a file of a terabyte of any format is refused by its name") {
  const TemporaryFolder folder;
  const auto path = folder / "f";
  const auto message = [&](const std::string& start, const auto& read) {
    write_terabyte(path, start);
    try {
      (void)read();
    } catch (const Error& error) {
      const std::string what = error.what();
      CHECK(what.find(path.string()) != std::string::npos);
      return what.substr(what.rfind(path.string()) + path.string().size());
    }
    return std::string("no error");
  };
  const auto images = [&] { return read_idx_images(path); };
  const auto labels = [&] { return read_idx_labels(path, 10); };
  const auto cifar = [&] { return read_cifar10({path}); };
  const auto png = [&] { return read_png(path); };
  CHECK(message("", images) == ": not an IDX file of images (its first bytes should be 0 0 8 3)");
  CHECK(message(idx({1, 2, 2}, ""), images) ==
        ": more follows after the 4 bytes of images that its header promises");
  const Index many = Index{1} << 20;
  CHECK(message(idx({many, many, 1}, ""), images).starts_with(": too large, "));
  CHECK(message(idx({9}, ""), labels) ==
        ": more follows after the 9 bytes of labels that its header promises");
  CHECK(message("", cifar).starts_with(": too large, 1099511627776 bytes do not fit"));
  CHECK(message("", png) == ": too large, 1099511627776 bytes of at most 1073741824");
}

TEST_CASE("a compressed file for which memory does not suffice is named" * doctest::skip(sanitized)) {
  const TemporaryFolder folder;
  const std::string zeros(1 << 20, '\0');
  const auto bomb = [&](const std::string& name, const std::string& start) {
    const std::string path = (folder / name).string();
    const gzFile file = gzopen(path.c_str(), "wb9");
    gzwrite(file, start.data(), static_cast<unsigned>(start.size()));
    for (int i = 0; i < 192; ++i) gzwrite(file, zeros.data(), static_cast<unsigned>(zeros.size()));
    gzclose(file);
    return path;
  };
  const std::string images = bomb("images.gz", idx({768, 512, 512}, "")),
                    labels = bomb("labels.gz", idx({192 << 20}, "")), cifar = bomb("cifar.gz", "");
  const auto message = [](const auto& read) {
    return error_in_child([&] {
      limit_memory(std::uint64_t{1} << 26);
      (void)read();
    });
  };
  const std::string too_large = ": too large for the memory that is left";
  CHECK(message([&] { return read_idx_images(images); }) == "cannot read " + images + too_large);
  CHECK(message([&] { return read_idx_labels(labels, 10); }) == "cannot read " + labels + too_large);
  CHECK(message([&] { return read_cifar10({cifar}); }) == "cannot read " + cifar + too_large);
}

TEST_CASE("splits are named by two words") {
  CHECK(split_named("train") == Split::train);
  CHECK(split_named("test") == Split::test);
  CHECK_THROWS_WITH_AS(split_named("all"), "data: no split is called all; there are train, test", Error);
}

TEST_CASE("both splits are loaded together, and refused by the file whose images are of another size") {
  const TemporaryFolder folder;
  put_split(folder.path(), "train", 3, {1, 0, 9});
  put_split(folder.path(), "t10k", 1, {7});
  const Splits both = load_both(folder.path().string());
  CHECK(both.train.size() == 3);
  CHECK(both.test.labels == std::vector<int>{7});
  const std::filesystem::path test = folder / "t10k-images-idx3-ubyte";
  std::string bytes = read_file(test) + 'x';
  bytes[15] = 2;  // two columns
  write_file(test, bytes);
  CHECK_THROWS_WITH_AS(load_both(folder.path().string()),
                       text(test.string(), ": images to test on are (1, 2, 1), those of ",
                            (folder / "train-images-idx3-ubyte").string(), " to train on are (1, 1, 1)")
                           .c_str(),
                       Error);
}

TEST_CASE("a pipe with a data file's name is refused, not waited for") {
  const TemporaryFolder folder;
  put_split(folder.path(), "train", 3, {1, 0, 9});
  std::filesystem::remove(folder / "train-images-idx3-ubyte");
  REQUIRE(mkfifo((folder / "train-images-idx3-ubyte").c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS(load(folder.path().string(), Split::train), doctest::Contains("ubyte: not a file"),
                       Error);
}
