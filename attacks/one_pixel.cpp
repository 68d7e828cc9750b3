#include <voronet/attacks/one_pixel.h>

#include <algorithm>

namespace voronet {
namespace {

// Genes of a candidate, for each of its pixels: row, column, a value per channel.
Index genes_per_pixel(const data::Images& image) { return 2 + image.channels; }

std::vector<double> gene_extents(const data::Images& image, Index pixels) {
  std::vector<double> extents;
  for (Index k = 0; k < pixels; ++k) {
    extents.push_back(static_cast<double>(image.height));
    extents.push_back(static_cast<double>(image.width));
    extents.insert(extents.end(), static_cast<std::size_t>(image.channels), 256);
  }
  return extents;
}

// Su, Vargas, Sakurai (arXiv 1710.08864): positions uniform, values normal (mean 128, deviation 127).
std::vector<double> first_population(Index population, const std::vector<double>& extents, Index per_pixel,
                                     Random& random) {
  std::vector<double> genes;
  for (Index i = 0; i < population; ++i)
    for (Index j = 0; j < std::ssize(extents); ++j)
      genes.push_back(j % per_pixel < 2 ? random.uniform(0, extents[j]) : 128 + 127 * random.normal());
  return genes;
}

// The images that candidates stand for, in one buffer that is used again.
class CandidateImages {
 public:
  CandidateImages(const data::Images& base, Index pixels) : base_(base), images_(base), pixels_(pixels) {}

  const data::Images& of(std::span<const double> genes) {
    images_.count = std::ssize(genes) / (pixels_ * genes_per_pixel(base_));
    images_.pixels.resize(static_cast<std::size_t>(images_.count) * base_.pixels.size());
    for (Index i = 0; i < images_.count; ++i) {
      const auto image = images_.image(i);
      std::copy(base_.pixels.begin(), base_.pixels.end(), image.begin());
      for (Index k = 0; k < pixels_; ++k) {
        paint(genes.first(static_cast<std::size_t>(genes_per_pixel(base_))), image);
        genes = genes.subspan(static_cast<std::size_t>(genes_per_pixel(base_)));
      }
    }
    return images_;
  }

 private:
  void paint(std::span<const double> pixel, std::span<std::uint8_t> image) const {
    const auto row = static_cast<Index>(pixel[0]), column = static_cast<Index>(pixel[1]);
    std::transform(pixel.begin() + 2, pixel.end(),
                   image.begin() + (row * base_.width + column) * base_.channels,
                   [](double value) { return static_cast<std::uint8_t>(value); });
  }

  const data::Images& base_;
  data::Images images_;
  Index pixels_;
};

// Su, Vargas, Sakurai: the label's confidence, or with a target minus the target's.
std::vector<double> costs(const Prediction& prediction, const AttackRow& row) {
  const int of_class = row.target.value_or(row.label);
  const Index classes = prediction.confidences.dim(1);
  std::vector<double> costs;
  for (Index i = 0; i < std::ssize(prediction.classes); ++i) {
    const double confidence = prediction.confidences.at(i * classes + of_class);
    costs.push_back(row.target ? -confidence : confidence);
  }
  return costs;
}

}  // namespace

AttackRow attack(const OnePixel& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target) {
  require_pixels(options.pixels, image);
  AttackRow row;
  row.index = index;
  row.label = label;
  row.target = target;
  row.seed = options.seed;
  FlipWatch watch(model.predict, image, row, options.published_stopping ? Goal::flip : options.goal,
                  options.tau);

  CandidateImages candidates(image, options.pixels);
  const auto ask = [&](const data::Images& images) {
    Prediction answers = model.predict(images);
    watch.count(answers, images.count);
    return answers;
  };
  const auto look = [&](const data::Images& images, const Prediction& answers) {
    watch.look(answers, [&](Index i) {
      const auto bytes = images.image(i);
      return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
    });
  };

  Random random(options.seed, static_cast<std::uint64_t>(index));
  const auto extents = gene_extents(image, options.pixels);
  auto initial = first_population(options.evolution.population, extents, genes_per_pixel(image), random);
  DifferentialEvolution evolution(options.evolution, extents, std::move(initial), random);
  while (!evolution.finished() && !watch.done()) {
    const data::Images& images = candidates.of(evolution.candidates());
    const Prediction answers = ask(images);
    if (!options.published_stopping) look(images, answers);
    evolution.tell(costs(answers, row));
    if (options.published_stopping && evolution.generation() > 0) {
      const data::Images& best = candidates.of(evolution.best());
      look(best, ask(best));
    }
  }
  return watch.finish();
}

std::string threat_model(const OnePixel& o) {
  const Evolution& e = o.evolution;
  return text(pixel_rules(o.pixels, o.tau), " The search is differential evolution (", e.name, ", ",
              e.population, " candidates, ", e.generations, " generations, seed ", o.seed,
              o.published_stopping   ? ", ended by any flip of the best candidate"
              : o.goal == Goal::flip ? ", ended by the first flip"
                                     : ", ended by the first confident flip",
              "): an image that it does not flip is not proved safe.");
}

}  // namespace voronet
