#include <voronet/attacks/one_pixel.h>

#include <algorithm>
#include <cmath>

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

std::vector<PixelChange> changes_between(const data::Images& before, std::span<const std::uint8_t> after) {
  std::vector<PixelChange> changes;
  for (Index first = 0; first < std::ssize(after); first += before.channels) {
    const auto old_values = before.image(0).subspan(first, before.channels);
    const auto new_values = after.subspan(first, before.channels);
    if (std::equal(old_values.begin(), old_values.end(), new_values.begin())) continue;
    const Index position = first / before.channels;
    changes.push_back({position / before.width,
                       position % before.width,
                       {old_values.begin(), old_values.end()},
                       {new_values.begin(), new_values.end()}});
  }
  return changes;
}

double confidence(const Prediction& prediction, Index image, int of_class) {
  return prediction.confidences.at(image * prediction.confidences.dim(1) + of_class);
}

std::vector<double> confidences(const Prediction& prediction) { return prediction.confidences.to_vector(); }

// One attack on one image: asks the model, counts, and keeps the best flip.
class Search {
 public:
  Search(const OnePixel& options, const Predict& predict, const data::Images& image, AttackRow row)
      : options_(options),
        predict_(predict),
        base_(image),
        row_(std::move(row)),
        candidates_(image, options.pixels) {
    const Prediction clean = checked(base_);
    const Index classes = clean.confidences.dim(1);
    require(clean.classes[0] == row_.label, "attack: image ", row_.index, " of class ", row_.label,
            " is classified as ", clean.classes[0], "; only images that the model gets right are attacked");
    require(!row_.target || (*row_.target >= 0 && *row_.target < classes && *row_.target != row_.label),
            "attack: target ", row_.target.value_or(-1), " is not another of the ", classes, " classes");
    row_.predicted = row_.label;
    row_.confidences_before = row_.confidences_after = confidences(clean);
    may_be_confident_ = confidence(clean, 0, row_.label) >= options.tau;
  }

  AttackRow run() {
    Random random(row_.seed, static_cast<std::uint64_t>(row_.index));
    const auto extents = gene_extents(base_, options_.pixels);
    auto initial = first_population(options_.evolution.population, extents, genes_per_pixel(base_), random);
    DifferentialEvolution evolution(options_.evolution, extents, std::move(initial), random);

    while (!evolution.finished() && !done()) {
      const data::Images& images = candidates_.of(evolution.candidates());
      const Prediction prediction = ask(images);
      if (!options_.published_stopping) watch(images, prediction);
      evolution.tell(costs(prediction));
      if (options_.published_stopping && evolution.generation() > 0) {
        const data::Images& best = candidates_.of(evolution.best());
        watch(best, ask(best));
      }
    }
    verify();
    return std::move(row_);
  }

 private:
  Prediction checked(const data::Images& images) const {
    Prediction prediction = predict_(images);
    require(std::ssize(prediction.classes) == images.count &&
                prediction.confidences.shape() == prediction.logits.shape() &&
                prediction.confidences.rank() == 2 && prediction.confidences.dim(0) == images.count,
            "attack: the model's prediction does not fit its ", images.count, " images");
    return prediction;
  }

  Prediction ask(const data::Images& images) {
    row_.queries += images.count;
    return checked(images);
  }

  bool is_flip(int predicted) const {
    return row_.target ? predicted == *row_.target : predicted != row_.label;
  }
  bool is_confident(double confidence_after) const {
    return may_be_confident_ && confidence_after > options_.tau;
  }

  bool done() const {
    const bool any_flip = options_.published_stopping || options_.goal == Goal::flip || !may_be_confident_;
    return any_flip ? row_.flip() : row_.confident_flip();
  }

  // Looks for flips among the images that were just asked about. The best one is that with the greatest
  // confidence in the new class, so it is confident if any is.
  void watch(const data::Images& images, const Prediction& prediction) {
    for (Index i = 0; i < images.count; ++i) {
      const int predicted = prediction.classes[i];
      if (!is_flip(predicted)) continue;
      const double new_confidence = confidence(prediction, i, predicted);
      const Index query = row_.queries - images.count + i + 1;
      if (!row_.flip()) row_.first_flip = query;
      if (!row_.confident_flip() && is_confident(new_confidence)) row_.first_confident_flip = query;
      if (best_flip_.empty() || new_confidence > best_confidence_) {
        best_flip_.assign(images.image(i).begin(), images.image(i).end());
        best_confidence_ = new_confidence;
      }
    }
  }

  std::vector<double> costs(const Prediction& prediction) const {
    std::vector<double> costs;
    for (Index i = 0; i < std::ssize(prediction.classes); ++i)
      costs.push_back(row_.target ? -confidence(prediction, i, *row_.target)
                                  : confidence(prediction, i, row_.label));
    return costs;
  }

  // A flip is reported only if the model confirms it for the image that the row's changes make, on its own.
  // (In a batch of another size the last bits of a network's output may differ.)
  void verify() {
    if (!row_.flip()) return;
    auto changes = changes_between(base_, best_flip_);
    data::Images changed = base_;
    apply(changes, changed.image(0), changed.width);
    const Prediction after = checked(changed);
    const int predicted = after.classes[0];
    if (!is_flip(predicted)) {
      row_.first_flip = row_.first_confident_flip = 0;
      return;
    }
    if (!is_confident(confidence(after, 0, predicted))) row_.first_confident_flip = 0;
    row_.pixels = std::move(changes);
    row_.predicted = predicted;
    row_.confidences_after = confidences(after);
  }

  const OnePixel& options_;
  const Predict& predict_;
  const data::Images& base_;
  AttackRow row_;
  CandidateImages candidates_;
  bool may_be_confident_ = false;
  std::vector<std::uint8_t> best_flip_;
  double best_confidence_ = 0;
};

}  // namespace

AttackRow attack(const OnePixel& options, const Predict& predict, const data::Images& image, Index index,
                 int label, std::optional<int> target) {
  require(image.count == 1, "attack: ", image.count, " images where one is attacked");
  require(options.pixels >= 1 && options.pixels <= image.height * image.width, "attack: ", options.pixels,
          " pixels of an image of ", image.height, " x ", image.width);
  require(options.tau >= 0 && options.tau <= 1, "attack: tau ", options.tau, " is not in 0..1");
  AttackRow row;
  row.index = index;
  row.label = label;
  row.target = target;
  row.seed = options.seed;
  return Search(options, predict, image, std::move(row)).run();
}

std::string threat_model(const OnePixel& o) {
  const Evolution& e = o.evolution;
  return text(
      "The attacker sees the model's confidences for any image it asks about and may set ",
      o.pixels == 1 ? "one pixel" : text("up to ", o.pixels, " pixels"),
      " of the 8-bit image to any values from 0 to 255. Only images that the model classifies correctly are "
      "attacked. A flip changes the class (of a targeted attack: to the target); it is confident when the "
      "new class's confidence is above ",
      o.tau, ", where the true class's was at least that before. The search is differential evolution (",
      e.name, ", ", e.population, " candidates, ", e.generations, " generations, seed ", o.seed,
      o.published_stopping   ? ", ended by any flip of the best candidate"
      : o.goal == Goal::flip ? ", ended by the first flip"
                             : ", ended by the first confident flip",
      "): an image that it does not flip is not proved safe.");
}

}  // namespace voronet
