#include <voronet/core/file.h>
#include <voronet/core/random.h>
#include <voronet/data/idx.h>

#include <fstream>

#include <doctest/doctest.h>
#include <zlib.h>

using namespace voronet;
using namespace voronet::data;

namespace {

void put(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void put_gzip(const std::filesystem::path& path, const std::string& bytes) {
  const gzFile file = gzopen(path.c_str(), "wb");
  REQUIRE(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())) == static_cast<int>(bytes.size()));
  REQUIRE(gzclose(file) == Z_OK);
}

std::string number(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
          static_cast<char>(n)};
}

std::string images_file(std::uint32_t n, std::uint32_t h, std::uint32_t w, std::size_t bytes) {
  std::string file = number(0x0803) + number(n) + number(h) + number(w);
  for (std::size_t i = 0; i < bytes; ++i) file += static_cast<char>(i * 7);
  return file;
}

std::string labels_file(std::uint32_t n, const std::string& labels) {
  return number(0x0801) + number(n) + labels;
}

// The message of the Error that reading throws, without the file's name, which must come first.
template <class Read>
std::string refusal(const std::filesystem::path& path, const Read& read) {
  try {
    (void)read(path);
  } catch (const Error& error) {
    const std::string what = error.what(), start = path.string() + ": ";
    CHECK(what.starts_with(start));
    return what.substr(std::min(start.size(), what.size()));
  }
  return "no error";
}

}  // namespace

TEST_CASE("images and labels are read from plain and from compressed files") {
  const TemporaryFolder folder;
  const std::string images = images_file(2, 3, 5, 30), labels = labels_file(3, {0, 9, 4});
  put(folder / "images", images);
  put(folder / "labels", labels);
  put_gzip(folder / "images.gz", images);
  put_gzip(folder / "labels.gz", labels);
  for (const std::string ending : {"", ".gz"}) {
    const Images read = read_idx_images(folder / ("images" + ending));
    CHECK(read.count == 2);
    CHECK(read.height == 3);
    CHECK(read.width == 5);
    CHECK(read.channels == 1);
    CHECK(std::string(read.pixels.begin(), read.pixels.end()) == images.substr(16));
    CHECK(read_idx_labels(folder / ("labels" + ending), 10) == std::vector<int>{0, 9, 4});
  }
}

TEST_CASE("a file of several pieces is read whole") {
  const TemporaryFolder folder;
  const std::string images = images_file(3, 1000, 1000, 3000000);
  put_gzip(folder / "f.gz", images);
  const Images read = read_idx_images(folder / "f.gz");
  CHECK(std::string(read.pixels.begin(), read.pixels.end()) == images.substr(16));
}

TEST_CASE("a header that does not tell the truth is refused") {
  const TemporaryFolder folder;
  const auto path = folder / "f";
  const auto images = [&](const std::string& bytes) {
    put_gzip(folder / "f.gz", bytes);
    const std::string packed = refusal(folder / "f.gz", read_idx_images);
    put(path, bytes);
    CHECK(refusal(path, read_idx_images) == packed);
    return packed;
  };
  const std::string wrong_magic = "not an IDX file of images (its first bytes should be 0 0 8 3)";
  CHECK(images("") == wrong_magic);
  CHECK(images("PNG or so") == wrong_magic);
  CHECK(images(labels_file(1, "x")) == wrong_magic);
  CHECK(images(images_file(1, 2, 2, 4).substr(0, 15)) == "the file ends within its header");
  CHECK(images(images_file(2, 3, 5, 29)) == "its header promises 30 bytes of images, but it holds only 29");
  CHECK(images(images_file(2, 3, 5, 31)) ==
        "more follows after the 30 bytes of images that its header promises");
  CHECK(images(images_file(1U << 20, 1U << 20, 1U << 20, 9)) ==
        "its header promises 1152921504606846976 bytes of images, but it holds only 9");
  CHECK(images(images_file(0xffffffff, 0xffffffff, 0xffffffff, 9)) ==
        "its header promises 9223372036854775807 bytes of images, but it holds only 9");
  CHECK(images(images_file(0xffffffff, 0xffffffff, 0, 0)) ==
        "it holds no images (a size in its header is 0)");
}

TEST_CASE("labels outside the classes are refused") {
  const TemporaryFolder folder;
  const auto labels = [](const std::filesystem::path& path) { return read_idx_labels(path, 10); };
  put(folder / "f", labels_file(3, {1, 2, 10}));
  CHECK(refusal(folder / "f", labels) == "label 10 of item 2 is outside 0..9");
  put(folder / "f", labels_file(1, "\xff"));
  CHECK(refusal(folder / "f", labels) == "label 255 of item 0 is outside 0..9");
  put(folder / "f", labels_file(1000000000, "\x01"));
  CHECK(refusal(folder / "f", labels) ==
        "its header promises 1000000000 bytes of labels, but it holds only 1");
}

TEST_CASE("compressed data that is cut short or damaged is refused") {
  const TemporaryFolder folder;
  put_gzip(folder / "good.gz", images_file(10, 28, 28, 7840));
  const std::string good = read_file(folder / "good.gz");
  const auto path = folder / "bad.gz";
  put(path, good.substr(0, good.size() / 2));
  CHECK(refusal(path, read_idx_images) == "the file is cut short (unexpected end of its gzip data)");
  put(path, good.substr(0, good.size() - 1));
  CHECK(refusal(path, read_idx_images) == "the file is cut short (unexpected end of its gzip data)");
  std::string bad = good;
  bad[bad.size() - 6] ^= 1;  // the checksum of the unpacked bytes
  put(path, bad);
  CHECK(refusal(path, read_idx_images).starts_with("its gzip data is damaged"));
  put(path, good.substr(0, 10) + std::string(100, '\xff'));
  CHECK(refusal(path, read_idx_images).starts_with("its gzip data is damaged"));
}

TEST_CASE("files with random damage are read or refused, never worse") {
  const TemporaryFolder folder;
  put_gzip(folder / "packed", images_file(10, 28, 28, 7840));
  put(folder / "plain", images_file(10, 2, 2, 40));
  Random random(6);
  int refused = 0;
  for (const char* name : {"packed", "plain"}) {
    const std::string good = read_file(folder / name);
    for (int trial = 0; trial < 500; ++trial) {
      std::string bad = good;
      if (trial % 2) bad.resize(static_cast<std::size_t>(random.below(static_cast<Index>(good.size()))));
      for (int flips = 0; flips < 3 && !bad.empty(); ++flips)
        bad[static_cast<std::size_t>(
            random.below(static_cast<Index>(std::min<std::size_t>(bad.size(), 60))))] ^=
            static_cast<char>(1 + random.below(255));
      put(folder / "bad", bad);
      try {
        (void)read_idx_images(folder / "bad");
      } catch (const Error&) {
        ++refused;
      }
    }
  }
  CHECK(refused > 600);
}

TEST_CASE("a missing file and a folder are named") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(read_idx_images("/nowhere/f"), "cannot read /nowhere/f: No such file or directory",
                       Error);
  CHECK_THROWS_AS(read_idx_labels(folder.path(), 10), Error);
}
