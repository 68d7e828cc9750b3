#include <voronet/attacks/pixel/one_pixel.h>
#include <voronet/attacks/pixel/settled_queries.h>

#include <algorithm>
#include <map>

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

std::vector<double> confidence_costs(const Prediction& prediction, const AttackRow& row) {
  const int of_class = row.target.value_or(row.label);
  std::vector<double> costs;
  for (Index i = 0; i < std::ssize(prediction.classes); ++i) {
    const double confidence = prediction.confidence(i, of_class);
    costs.push_back(finite_cost(row.target ? -confidence : confidence));
  }
  return costs;
}

// The pixels that candidate i sets and their values, the same for any order of its pixels.
std::string changes_of(const PixelCandidates& candidates, Index i) {
  const Index channels = std::ssize(candidates.values) / std::ssize(candidates.positions);
  std::map<std::int32_t, Index> last;  // place of the pixel that stands at each position
  for (Index p = i * candidates.pixels; p < (i + 1) * candidates.pixels; ++p)
    last[candidates.positions[p]] = p;
  std::string changes;
  for (const auto& [position, p] : last) {
    changes += std::to_string(position) + ':';
    changes.append(candidates.values.begin() + p * channels, candidates.values.begin() + (p + 1) * channels);
  }
  return changes;
}

DifferentialEvolution evolution_of(const OnePixel& options, const data::Images& image, Index index) {
  require_pixels(options.pixels, image);
  Random random(options.seed, static_cast<std::uint64_t>(index));
  const auto extents = gene_extents(image, options.pixels);
  auto initial = first_population(options.evolution.population, extents, genes_per_pixel(image), random);
  return {options.evolution, extents, std::move(initial), random};
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
  OnePixelSearch search(options, model, image, index, label, target);
  while (!search.done()) search.step();
  return search.finish();
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

CandidateCosts::CandidateCosts(Fitness fitness, const AttackRow& row, const PixelQueries& queries,
                               FlipWatch& watch)
    : fitness_(fitness), row_(row), queries_(queries), watch_(watch) {}

std::vector<double> CandidateCosts::of_all(const PixelCandidates& candidates, bool look) {
  const Prediction answers = queries_(candidates);
  if (look)
    watch_.see(answers, candidates);
  else
    watch_.count(answers, candidates.count());
  return fitness_ == Fitness::margin ? watch_.shortfalls(answers) : confidence_costs(answers, row_);
}

std::vector<double> CandidateCosts::of_new(const PixelCandidates& candidates, Index batch) {
  std::vector<std::string> changes;
  std::vector<Index> fresh;
  for (Index i = 0; i < candidates.count(); ++i) {
    changes.push_back(changes_of(candidates, i));
    if (known_.try_emplace(changes.back()).second) fresh.push_back(i);
  }
  for (Index first = 0; first < std::ssize(fresh); first += batch) {
    const auto asked = std::span(fresh).subspan(first, std::min(batch, std::ssize(fresh) - first));
    const std::vector<double> costs = of_all(candidates.select(asked));
    if (watch_.done()) return {};
    for (std::size_t k = 0; k < asked.size(); ++k) known_[changes[asked[k]]] = costs[k];
  }
  std::vector<double> costs;
  for (const std::string& change : changes) costs.push_back(known_.at(change));
  return costs;
}

OnePixelSearch::OnePixelSearch(const OnePixel& options, const AttackedModel& model, const data::Images& image,
                               Index index, int label, std::optional<int> target)
    : options_(options),
      image_(image),
      batch_(batch_of(options)),
      watch_(model.predict, image, row_of({index, label, target}, options.seed),
             options.published_stopping ? Goal::flip : options.goal, options.tau),
      queries_(settled_queries(model, image, label, options.tau)),
      costs_(fitness_of(options), watch_.row(), queries_, watch_),
      evolution_(evolution_of(options, image, index)) {}

void OnePixelSearch::step() {
  const PixelCandidates asked = candidates(evolution_.candidates());
  const auto generation =
      batch_ > 0 ? costs_.of_new(asked, batch_) : costs_.of_all(asked, !options_.published_stopping);
  if (generation.empty()) return;  // the goal is reached
  evolution_.tell(generation);
  if (options_.published_stopping && evolution_.generation() > 0)
    costs_.of_all(candidates(evolution_.best()));
}

PixelCandidates OnePixelSearch::members() const { return candidates(evolution_.members()); }

PixelCandidates OnePixelSearch::candidates(std::span<const double> genes) const {
  return candidates_of(genes, image_, options_.pixels);
}

}  // namespace voronet
