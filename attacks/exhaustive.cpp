#include <voronet/attacks/exhaustive.h>
#include <voronet/attacks/settled_queries.h>

#include <algorithm>
#include <iterator>

namespace voronet {
namespace {

constexpr Index batch_size = 8192;

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

// How many values of each pixel flip the class.
class Count {
 public:
  explicit Count(const data::Images& image) {
    for (Index row = 0; row < image.height; ++row)
      for (Index column = 0; column < image.width; ++column) pixels_.push_back({row, column, 0, 0});
  }
  void add(const PixelCandidates& candidates, const Prediction& answers, const FlipWatch& watch) {
    for (Index i = 0; i < candidates.count(); ++i) {
      if (!watch.is_flip(answers, i)) continue;
      WeakPixel& pixel = pixels_[candidates.positions[i]];
      ++pixel.adversarial;
      pixel.adversarial_confident += watch.is_confident(answers, i);
    }
  }
  Census census() const {
    std::vector<WeakPixel> weak;
    std::copy_if(pixels_.begin(), pixels_.end(), std::back_inserter(weak),
                 [](const WeakPixel& pixel) { return pixel.adversarial > 0; });
    return {weak};
  }

 private:
  std::vector<WeakPixel> pixels_;
};

}  // namespace

AttackRow attack(const Exhaustive& options, const AttackedModel& model, const data::Images& image,
                 Index index, int label, std::optional<int> target) {
  require(image.channels == 1, "exhaustive search: image ", index, " has ", image.channels,
          " channels and so 256^", image.channels, " values a pixel; it is for gray images, use corners");
  AttackRow row;
  row.index = index;
  row.label = label;
  row.target = target;
  FlipWatch watch(model.predict, image, row, options.goal, options.tau);
  const auto queries = settled_queries(model, image, label, options.tau);

  Count count(image);
  PixelCandidates candidates;
  for (const auto& values : value_stages()) {
    const Index all = image.height * image.width * std::ssize(values);
    for (Index first = 0; first < all && (options.census || !watch.done()); first += batch_size) {
      fill(candidates, image, values, first, std::min(first + batch_size, all));
      if (candidates.count() == 0) continue;
      const Prediction answers = queries->ask(candidates);
      watch.count(answers, candidates.count());
      watch.look(answers, [&](Index i) { return changed_images(image, candidates.select({&i, 1})).pixels; });
      if (options.census) count.add(candidates, answers, watch);
    }
  }
  row = watch.finish();
  if (options.census) row.census = count.census();
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
