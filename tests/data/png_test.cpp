#include <voronet/core/file.h>
#include <voronet/core/random.h>
#include <voronet/data/png.h>

#include <algorithm>

#include "support/sixteen_bit_png.h"
#include <doctest/doctest.h>
#include <zlib.h>

using namespace voronet;
using namespace voronet::data;

namespace {

Images random_image(Index height, Index width, Index channels) {
  Random random(1);
  Images image{1, height, width, channels,
               std::vector<std::uint8_t>(static_cast<std::size_t>(height * width * channels))};
  for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>(random.below(256));
  return image;
}

}  // namespace

TEST_CASE("gray and RGB images survive a round trip exactly") {
  const TemporaryFolder folder;
  for (const Index channels : {1, 3})
    for (const auto& [height, width] : {std::pair{1, 1}, {28, 28}, {5, 17}}) {
      const Images image = random_image(height, width, channels);
      write_png(folder / "f.png", image);
      const Images read = read_png(folder / "f.png");
      CHECK(read.count == 1);
      CHECK(read.height == height);
      CHECK(read.width == width);
      CHECK(read.channels == channels);
      CHECK(read.pixels == image.pixels);
      CHECK(read_file(folder / "f.png") == encode_png(image));
    }
}

TEST_CASE("a scale makes each pixel a square") {
  const TemporaryFolder folder;
  const Images image{1, 1, 2, 3, {1, 2, 3, 4, 5, 6}};
  write_png(folder / "f.png", image, 2);
  const Images read = read_png(folder / "f.png");
  CHECK(read.height == 2);
  CHECK(read.width == 4);
  const std::vector<std::uint8_t> row{1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6};
  CHECK(std::equal(row.begin(), row.end(), read.pixels.begin()));
  CHECK(std::equal(row.begin(), row.end(), read.pixels.begin() + 12));
}

TEST_CASE("what is not one drawable image is refused") {
  Images two = random_image(2, 2, 1);
  two.count = 2;
  two.pixels.resize(8);
  CHECK_THROWS_WITH_AS(encode_png(two), "png: needs one gray, RGB or RGBA image, got 2 with 1 channels",
                       Error);
  CHECK_THROWS_AS(encode_png(random_image(2, 2, 2)), Error);
  CHECK_THROWS_WITH_AS(encode_png(random_image(2, 3, 1), 0),
                       "png: an image of 2 x 3 cannot be drawn at scale 0", Error);
  CHECK_THROWS_AS(encode_png(random_image(2, 2, 1), 1 << 30), Error);
  CHECK_THROWS_AS(encode_png(Images{1, 0, 0, 1, {}}), Error);
  CHECK_THROWS_AS(write_png("/nowhere/f.png", random_image(2, 2, 1)), Error);
}

TEST_CASE("bad files are refused, huge sizes before anything is allocated") {
  const TemporaryFolder folder;
  const auto path = folder / "f.png";
  CHECK_THROWS_AS(read_png(path), Error);
  write_file(path, "not a picture");
  CHECK_THROWS_AS(read_png(path), Error);
  const std::string good = encode_png(random_image(20, 20, 3));
  write_file(path, good.substr(0, good.size() / 2));
  CHECK_THROWS_AS(read_png(path), Error);

  // A header with the right checksum that claims 1,000,000 x 1,000,000 gray pixels.
  using namespace std::string_literals;
  const std::string huge =
      "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x0f\x42\x40\0\x0f\x42\x40\x08\0\0\0\0\171\006\147\241"s;
  write_file(path, huge + good.substr(33));
  CHECK_THROWS_WITH_AS(read_png(path), text(path.string(), ": too large (1000000 x 1000000 pixels)").c_str(),
                       Error);
}

TEST_CASE("files of 16 bits a channel are refused") {
  const TemporaryFolder folder;
  write_file(folder / "f.png", test::sixteen_bit_png());
  CHECK_THROWS_WITH_AS(read_png(folder / "f.png"),
                       text((folder / "f.png").string(), ": has 16 bits a channel, only 8 are read").c_str(),
                       Error);
}

TEST_CASE("files with random damage are read or refused, never worse") {
  const TemporaryFolder folder;
  const std::string good = encode_png(random_image(9, 9, 3));
  Random random(8);
  int refused = 0;
  for (int trial = 0; trial < 300; ++trial) {
    std::string bad = good;
    if (trial % 2) bad.resize(static_cast<std::size_t>(random.below(static_cast<Index>(good.size()))));
    if (!bad.empty()) bad[static_cast<std::size_t>(random.below(static_cast<Index>(bad.size())))] ^= 0x11;
    write_file(folder / "f.png", bad);
    try {
      (void)read_png(folder / "f.png");
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(refused > 150);
}

TEST_CASE("opacity is written") {  // and read as what shows on white
  const TemporaryFolder folder;
  write_png(folder / "f.png", {1, 1, 2, 4, {9, 8, 7, 255, 9, 8, 7, 0}});
  CHECK(read_png(folder / "f.png").pixels == std::vector<std::uint8_t>{9, 8, 7, 255, 255, 255});
}

TEST_CASE("an image without its pixels is not drawn") {
  CHECK_THROWS_WITH_AS(encode_png({1, 4, 4, 1, std::vector<std::uint8_t>(3)}),
                       "images: (1, 4, 4, 1) (n x h x w x c), but there are 3 pixels", Error);
}

namespace {

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
  return bytes;
}

std::string chunk(const std::string& type, const std::string& data) {
  const std::string named = type + data;
  const auto sum =
      crc32(0, reinterpret_cast<const unsigned char*>(named.data()), static_cast<unsigned>(named.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + named +
         big_endian(static_cast<std::uint32_t>(sum));
}

// The file with a chunk more, after its header.
std::string with(const std::string& png, const std::string& more) {
  constexpr std::size_t header = 8 + 12 + 13;
  return png.substr(0, header) + more + png.substr(header);
}

}  // namespace

TEST_CASE("pixels are the stored bytes, whatever a file says of how to show them") {
  const TemporaryFolder folder;
  const std::string white_and_primaries(32, '\1'), profile = "icc" + std::string(2, '\0') + "no zlib data";
  for (const Index channels : {1, 3}) {
    const Images image = random_image(5, 7, channels);
    for (const std::string& more : {chunk("gAMA", big_endian(55556)), chunk("gAMA", big_endian(100000)),
                                    chunk("gAMA", big_endian(45455)), chunk("sRGB", "\3"),
                                    chunk("iCCP", profile), chunk("cHRM", white_and_primaries),
                                    chunk("sBIT", std::string(static_cast<std::size_t>(channels), '\4')),
                                    chunk("bKGD", std::string(channels == 1 ? 2 : 6, '\0')),
                                    chunk("cICP", std::string("\x9\x10\0\1", 4))}) {
      CAPTURE(more.substr(4, 4));
      write_file(folder / "f.png", with(encode_png(image), more));
      CHECK(read_png(folder / "f.png").pixels == image.pixels);
    }
  }
}

TEST_CASE("transparency is laid over white in the stored values, whatever gamma says") {
  const TemporaryFolder folder;
  const std::string png = encode_png({1, 1, 3, 4, {100, 0, 200, 128, 10, 20, 30, 1, 7, 8, 9, 255}});
  for (const std::string& bytes : {png, with(png, chunk("gAMA", big_endian(55556)))}) {
    write_file(folder / "f.png", bytes);
    // value * opacity / 255 + 255 - opacity, to the nearest
    CHECK(read_png(folder / "f.png").pixels ==
          std::vector<std::uint8_t>{177, 127, 227, 254, 254, 254, 7, 8, 9});
  }
  // Gray files say which value is transparent.
  const std::string gray = encode_png({1, 1, 2, 1, {50, 60}});
  write_file(folder / "f.png", with(gray, chunk("tRNS", std::string("\0\62", 2))));
  CHECK(read_png(folder / "f.png").pixels == std::vector<std::uint8_t>{255, 60});
}

TEST_CASE("a file may promise no more pixels than its bytes can hold") {
  const TemporaryFolder folder;
  constexpr std::uint32_t side = 8192;  // of bits, in rows that begin with the number of a filter
  const std::string black(static_cast<std::size_t>(side) * (1 + side / 8), '\0');
  uLongf size = compressBound(black.size());
  std::string packed(size, '\0');
  REQUIRE(compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                    reinterpret_cast<const Bytef*>(black.data()), black.size(), Z_BEST_COMPRESSION) == Z_OK);
  packed.resize(size);
  const auto file = [&](const std::string& data) {
    return "\x89PNG\r\n\x1a\n" +
           chunk("IHDR", big_endian(side) + big_endian(side) + std::string("\1\0\0\0\0", 5)) +
           chunk("IDAT", data) + chunk("IEND", "");
  };
  write_file(folder / "f.png", file(packed));
  CHECK(read_png(folder / "f.png").pixels == std::vector<std::uint8_t>(Index{side} * side));
  write_file(folder / "f.png", file(packed.substr(0, 100)));
  CHECK_THROWS_WITH_AS(
      read_png(folder / "f.png"),
      text((folder / "f.png").string(), ": its 157 bytes cannot hold the 8192 x 8192 pixels that it promises")
          .c_str(),
      Error);
}
