#include <voronet/core/file.h>
#include <voronet/data/png.h>

#include <png.h>

namespace voronet::data {
namespace {

constexpr Index most_pixels = Index{1} << 26;
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
  large.pixels.reserve(static_cast<std::size_t>(large.image_size()));
  for (Index y = 0; y < large.height; ++y)
    for (Index x = 0; x < large.width; ++x) {
      const auto pixel = image.pixels.begin() + (y / scale * image.width + x / scale) * image.channels;
      large.pixels.insert(large.pixels.end(), pixel, pixel + image.channels);
    }
  return large;
}

Images read(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, most_bytes);
  Description png;
  require(png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) != 0, path.string(),
          ": not a PNG file (", png.message, ")");
  require(Index{png.width} * png.height <= most_pixels, path.string(), ": too large (", png.height, " x ",
          png.width, " pixels)");
  require(!(png.format & PNG_FORMAT_FLAG_LINEAR), path.string(), ": has 16 bits a channel, only 8 are read");
  png.format = png.format & PNG_FORMAT_FLAG_COLOR ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;

  Images image{1, png.height, png.width, PNG_IMAGE_PIXEL_CHANNELS(png.format), {}};
  image.pixels.resize(PNG_IMAGE_SIZE(png));
  const png_color white{255, 255, 255};
  require(png_image_finish_read(&png, &white, image.pixels.data(), 0, nullptr) != 0, path.string(),
          ": the PNG file is damaged (", png.message, ")");
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
