#include <voronet/core/file.h>
#include <voronet/data/png.h>

#include <png.h>

namespace voronet::data {
namespace {

constexpr Index most_pixels = Index{1} << 26;
// Of a file: DEFLATE makes 1032 bytes of one at most, each of 8 pixels at most.
constexpr Index most_pixels_a_byte = 1032 * 8;
constexpr std::uintmax_t most_bytes = std::uintmax_t{1} << 30;  // of a file: more than so many pixels need

// libpng's description of an image, released at the end of a scope.
struct Description : png_image {
  Description() : png_image{} { version = PNG_IMAGE_VERSION; }
  ~Description() { png_image_free(this); }
  Description(const Description&) = delete;
  Description& operator=(const Description&) = delete;
};

Images enlarge(const Images& image, Index scale) {
  Images large{1, image.height * scale, image.width * scale, image.channels, {}};
  large.pixels.reserve(large.image_size());
  for (Index y = 0; y < large.height; ++y)
    for (Index x = 0; x < large.width; ++x) {
      const auto pixel = image.pixels.begin() + (y / scale * image.width + x / scale) * image.channels;
      large.pixels.insert(large.pixels.end(), pixel, pixel + image.channels);
    }
  return large;
}

// The file without its ancillary chunks, but for the one of transparency: they say how bytes are to be shown
// (gAMA, sRGB, iCCP, ...), and libpng would convert them. What is damaged stays, for libpng to find.
std::string as_stored(const std::string& bytes) {
  constexpr std::size_t signature = 8, frame = 12;  // a chunk has its length, its type, data and a checksum
  std::string kept = bytes.substr(0, signature);
  std::size_t at = signature;
  while (at + frame <= bytes.size()) {
    std::size_t length = 0;
    for (std::size_t i = at; i < at + 4; ++i) length = length << 8 | static_cast<std::uint8_t>(bytes[i]);
    const std::string type = bytes.substr(at + 4, 4);
    const bool ancillary = (type[0] & 0x20) != 0;
    if (!ancillary || type == "tRNS") kept.append(bytes, at, frame + length);
    at += frame + length;
  }
  return at < bytes.size() ? kept.append(bytes, at) : kept;
}

// What shows of values and an opacity, the last of each pixel, on white: in stored values, as in browsers.
std::vector<std::uint8_t> on_white(const std::vector<std::uint8_t>& pixels, Index channels) {
  std::vector<std::uint8_t> shown;
  for (std::size_t first = 0; first < pixels.size(); first += channels + 1)
    for (Index c = 0; c < channels; ++c) {
      const int opacity = pixels[first + channels];
      const int value = pixels[first + c];
      shown.push_back(static_cast<std::uint8_t>((value * opacity + 255 * (255 - opacity) + 127) / 255));
    }
  return shown;
}

Images read(const std::filesystem::path& path) {
  const std::string bytes = as_stored(read_file(path, most_bytes));
  Description png;
  require(png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) != 0, path.string(),
          ": not a PNG file (", png.message, ")");
  require(Index{png.width} * png.height <= most_pixels, path.string(), ": too large (", png.height, " x ",
          png.width, " pixels)");
  require(Index{png.width} * png.height <= std::ssize(bytes) * most_pixels_a_byte, path.string(), ": its ",
          bytes.size(), " bytes cannot hold the ", png.height, " x ", png.width, " pixels that it promises");
  require(!(png.format & PNG_FORMAT_FLAG_LINEAR), path.string(), ": has 16 bits a channel, only 8 are read");
  png.format &= PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA;
  const bool transparent = (png.format & PNG_FORMAT_FLAG_ALPHA) != 0;

  Images image{1, png.height, png.width, png.format & PNG_FORMAT_FLAG_COLOR ? 3 : 1, {}};
  image.pixels.resize(PNG_IMAGE_SIZE(png));
  require(png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr) != 0, path.string(),
          ": the PNG file is damaged (", png.message, ")");
  if (transparent) image.pixels = on_white(image.pixels, image.channels);
  return image;
}

}  // namespace

std::string encode_png(const Images& image, int scale) {
  require(image.count == 1 && (image.channels == 1 || image.channels == 3 || image.channels == 4),
          "png: needs one gray, RGB or RGBA image, got ", image.count, " with ", image.channels, " channels");
  check_pixels(image);
  const Index pixels = image.height * image.width;
  require(scale >= 1 && pixels >= 1 && pixels <= most_pixels / scale / scale, "png: an image of ",
          image.height, " x ", image.width, " cannot be drawn at scale ", scale);
  const Images large = enlarge(image, scale);

  Description png;
  png.width = static_cast<png_uint_32>(large.width);
  png.height = static_cast<png_uint_32>(large.height);
  png.format = image.channels == 1 ? PNG_FORMAT_GRAY : image.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_RGBA;
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(png), '\0');
  png_alloc_size_t size = bytes.size();
  const int done = png_image_write_to_memory(&png, bytes.data(), &size, 0, large.pixels.data(), 0, nullptr);
  require(done != 0, "png: ", png.message);
  bytes.resize(size);
  return bytes;
}

void write_png(const std::filesystem::path& path, const Images& image, int scale) {
  write_file(path, encode_png(image, scale));
}

Images read_png(const std::filesystem::path& path) {
  return within_memory(path, [&] { return read(path); });
}

}  // namespace voronet::data
