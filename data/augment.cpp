#include <voronet/core/random.h>
#include <voronet/data/augment.h>

#include <algorithm>

namespace voronet::data {
namespace {

// Keeps these draws apart from others with the same seed: the upper half of their streams of random numbers
// (see Random), of which each epoch has one and each image a block.
constexpr std::uint32_t augment_stream = 0x61756772;

constexpr Index most_padding = Index{1} << 20;  // so that sizes cannot overflow

// How one image is shown: its window begins at (y, x) of the image, which may be outside.
struct View {
  Index y, x;
  bool mirrored;
};

View draw_view(Index image, const Augmentation& how, std::uint64_t seed, std::uint32_t epoch) {
  const auto low = [](auto v) { return static_cast<std::uint32_t>(v); };
  const auto high = [](auto v) { return static_cast<std::uint32_t>(static_cast<std::uint64_t>(v) >> 32); };
  const auto words = philox({low(image), high(image), epoch, augment_stream}, {low(seed), high(seed)});
  // A word as a fraction of 2^32, times the number of places; some are more likely by less than 2^-11.
  const auto place = [&](std::uint32_t word) {
    return static_cast<Index>(std::uint64_t{word} * static_cast<std::uint64_t>(2 * how.pad + 1) >> 32) -
           how.pad;
  };
  return {place(words[0]), place(words[1]), how.flip && words[2] % 2 == 1};
}

// Copies what the window shows of an image h x w x c to `to`, which is black.
void copy_view(const std::uint8_t* from, const View& view, Index height, Index width, Index channels,
               std::uint8_t* to) {
  const Index first = std::max<Index>(0, -view.x), last = std::min(width, width - view.x);
  for (Index y = std::max<Index>(0, -view.y); y < std::min(height, height - view.y); ++y)
    for (Index x = first; x < last; ++x) {
      const auto* pixel = from + ((y + view.y) * width + x + view.x) * channels;
      std::copy_n(pixel, channels, to + (y * width + (view.mirrored ? width - 1 - x : x)) * channels);
    }
}

}  // namespace

void check_range(const Augmentation& how) {
  require(how.pad >= 0 && how.pad <= most_padding, "augment: pad is ", how.pad, ", must be in 0..",
          most_padding);
}

std::vector<std::string> augmentation_names() { return {"none", "crop-flip"}; }

Augmentation augmentation(const std::string& name) {
  if (name == "none") return {};
  require(name == "crop-flip", "there is no augmentation ", name, ", only ", listed(augmentation_names()));
  return {.pad = 4, .flip = true};
}

Images augment(const Images& images, std::span<const Index> chosen, const Augmentation& how,
               std::uint64_t seed, std::uint32_t epoch) {
  check_range(how);
  Images shown{static_cast<Index>(chosen.size()), images.height, images.width, images.channels, {}};
  shown.pixels.resize(chosen.size() * images.image_size());
  for (Index i = 0; i < shown.count; ++i) {
    const Index image = chosen[i];
    copy_view(images.image(image).data(), draw_view(image, how, seed, epoch), images.height, images.width,
              images.channels, shown.image(i).data());
  }
  return shown;
}

}  // namespace voronet::data
