#include <voronet/attacks/pixel/one_pixel.h>
#include <voronet/attacks/pixel/settled_queries.h>

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
    extents.insert(extents.end(), image.channels, 256);
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

// Only whole numbers are tried: the integer parts of the genes.
PixelCandidates candidates_of(std::span<const double> genes, const data::Images& image, Index pixels) {
  PixelCandidates candidates{pixels, {}, {}};
  for (; !genes.empty(); genes = genes.subspan(genes_per_pixel(image))) {
    const auto row = static_cast<Index>(genes[0]), column = static_cast<Index>(genes[1]);
    candidates.positions.push_back(static_cast<std::int32_t>(row * image.width + column));
    for (const double value : genes.subspan(2, image.channels))
      candidates.values.push_back(static_cast<std::uint8_t>(value));
  }
  return candidates;
}

}  // namespace

Fitness fitness_of(const OnePixel& options) {
  return options.fitness.value_or(options.evolution.published ? Fitness::confidence : Fitness::margin);
}

// The published attacks ask about whole generations; published_stopping does so with any preset.
Index batch_of(const OnePixel& options) {
  const bool whole = options.evolution.published || options.published_stopping;
  const Index batch = options.batch.value_or(whole ? 0 : 20);
  require(batch >= 0, "attack: batches of ", batch, " candidates");
  require(batch == 0 || !options.published_stopping,
          "attack: the published stopping looks at whole generations, not at batches of ", batch);
  return batch;
}

AttackRow attack(const OnePixel& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target) {
  require_pixels(options.pixels, image);
  AttackRow row = row_of({index, label, target}, options.seed);
  FlipWatch watch(model.predict, image, row, options.published_stopping ? Goal::flip : options.goal,
                  options.tau);
  const auto queries = settled_queries(model, image, label, options.tau);
  CandidateCosts costs(fitness_of(options), row, *queries, watch);
  const Index batch = batch_of(options);

  Random random(options.seed, static_cast<std::uint64_t>(index));
  const auto extents = gene_extents(image, options.pixels);
  auto initial = first_population(options.evolution.population, extents, genes_per_pixel(image), random);
  DifferentialEvolution evolution(options.evolution, extents, std::move(initial), random);
  const auto next = [&](std::span<const double> genes) {
    return candidates_of(genes, image, options.pixels);
  };
  while (!evolution.finished() && !watch.done()) {
    const PixelCandidates candidates = next(evolution.candidates());
    const auto generation =
        batch > 0 ? costs.of_new(candidates, batch) : costs.of_all(candidates, !options.published_stopping);
    if (generation.empty()) break;
    evolution.tell(generation);
    if (options.published_stopping && evolution.generation() > 0) costs.of_all(next(evolution.best()));
  }
  return watch.finish();
}

std::string threat_model(const OnePixel& o) {
  const Evolution& e = o.evolution;
  return text(pixel_rules(o.pixels, o.tau), " The search is differential evolution (", e.name, ", ",
              e.population, " candidates, ", e.generations, " generations, seed ", o.seed,
              fitness_of(o) == Fitness::margin ? ", by the margin of the logits" : ", by confidence",
              o.published_stopping   ? ", ended by any flip of the best candidate"
              : o.goal == Goal::flip ? ", ended by the first flip"
                                     : ", ended by the first confident flip",
              "): an image that it does not flip is not proved safe.");
}

}  // namespace voronet
