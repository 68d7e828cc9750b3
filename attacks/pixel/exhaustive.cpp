#include <voronet/attacks/pixel/exhaustive.h>

#include <algorithm>
#include <iterator>

namespace voronet {
namespace {

// The extremes flip most, so a search for any flip tries them first, then neighbours of every other value.
std::vector<std::vector<std::uint8_t>> value_stages() {
  std::vector<std::vector<std::uint8_t>> stages{{0}, {255}, {}, {}};
  for (int value = 1; value < 255; ++value)
    stages[value % 16 == 0 ? 2 : 3].push_back(static_cast<std::uint8_t>(value));
  return stages;
}

// Candidates first..last-1 of all positions x values, without those that are the image itself.
void fill(PixelCandidates& candidates, const data::Images& image, const std::vector<std::uint8_t>& values,
          Index first, Index last) {
  candidates.positions.clear();
  candidates.values.clear();
  for (Index i = first; i < last; ++i) {
    const Index position = i / std::ssize(values);
    const std::uint8_t value = values[i % std::ssize(values)];
    if (image.pixels[position] == value) continue;
    candidates.positions.push_back(static_cast<std::int32_t>(position));
    candidates.values.push_back(value);
  }
}

Census census_of(const std::vector<WeakPixel>& pixels) {
  Census census;
  std::ranges::copy_if(pixels, std::back_inserter(census.weak_pixels),
                       [](const WeakPixel& pixel) { return pixel.adversarial > 0; });
  return census;
}

}  // namespace

AttackRow attack(const Exhaustive& options, const AttackedModel& model, const data::Images& image,
                 Index index, int label, std::optional<int> target) {
  require(image.channels == 1, "exhaustive search: image ", index, " has ", image.channels,
          " channels and so 256^", image.channels, " values a pixel; it is for gray images, use corners");
  AttackRow row = row_of({index, label, target});
  FlipWatch watch(model.predict, image, row, options.goal, options.tau);
  std::vector<WeakPixel> pixels;
  for (Index i = 0; i < image.height * image.width; ++i)
    pixels.push_back({i / image.width, i % image.width, 0, 0});
  PixelCandidates candidates;
  for (const auto& values : value_stages()) {
    const Index all = image.height * image.width * std::ssize(values);
    for (Index first = 0; first < all && (options.census || !watch.done()); first += query_batch) {
      fill(candidates, image, values, first, std::min(first + query_batch, all));
      if (candidates.count() == 0) continue;
      const Prediction answers = model.predict(changed_images(image, candidates));
      watch.see(answers, candidates);
      for (Index i = 0; i < candidates.count(); ++i) {
        if (!watch.is_flip(answers, i)) continue;
        WeakPixel& pixel = pixels[candidates.positions[i]];
        ++pixel.adversarial;
        pixel.adversarial_confident += watch.is_confident(answers, i);
      }
    }
  }
  row = watch.finish();
  if (options.census) row.census = census_of(pixels);
  return row;
}

std::string threat_model(const Exhaustive& options) {
  return text(pixel_rules(1, options.tau),
              " The search is exhaustive (every value of every pixel of the image",
              options.census               ? ", all counted"
              : options.goal == Goal::flip ? ", ended by a flip"
                                           : ", ended by a confident flip",
              "): an image that it does not flip cannot be flipped by one pixel.");
}

}  // namespace voronet
