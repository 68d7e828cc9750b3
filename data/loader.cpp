#include <voronet/core/random.h>
#include <voronet/data/loader.h>

#include <algorithm>
#include <numeric>

namespace voronet::data {
namespace {

constexpr std::size_t batches_ahead = 2;

// Keeps the loader's draws apart from others with the same seed: the upper half of its streams' numbers.
constexpr std::uint64_t loader_stream = std::uint64_t{0x6c6f6164} << 32;

std::vector<Index> epoch_order(Index n, const BatchOptions& options) {
  if (options.shuffle) return Random(options.seed, loader_stream | options.epoch).permutation(n);
  std::vector<Index> order(n);
  std::iota(order.begin(), order.end(), Index{0});
  return order;
}

// The number of batches in an epoch, after all checks: it runs before the thread starts.
Index checked_count(const Dataset& dataset, const BatchOptions& options) {
  require(options.size >= 1, "batches: the size is ", options.size, ", must be at least 1");
  require(options.part >= 0 && options.part < options.parts, "batches: there is no part ", options.part,
          " of ", options.parts);
  check_range(options.augment);
  const Images& images = dataset.images;
  const Index n = dataset.size(), pixels = std::ssize(images.pixels);
  require(!dataset.points.defined() || options.augment == Augmentation{}, "batches: data set ", dataset.name,
          " has points, and only images can be augmented");
  const Shape shape{images.count, images.height, images.width, images.channels};
  require(pixels == shape.size() && std::ssize(dataset.labels) == n, "batches: data set ", dataset.name,
          " has ", n, ' ', dataset.unit(), ", but ", pixels, " pixels and ", dataset.labels.size(),
          " labels");
  const bool smaller_last = n % options.size > 0 && !options.drop_last;
  const Index count = n / options.size + smaller_last;
  require(options.first_batch >= 0 && options.first_batch <= count, "batches: first_batch is ",
          options.first_batch, ", but the epoch has ", count, " batches");
  return count;
}

}  // namespace

BatchPart batch_part(Index images, Index part, Index parts) {
  if (images < parts) return {0, images, 1 / static_cast<double>(parts)};
  const Index first = images * part / parts, end = images * (part + 1) / parts;
  return {first, end - first, static_cast<double>(end - first) / static_cast<double>(images)};
}

Batches::Batches(const Dataset& dataset, const BatchOptions& options)
    : dataset_(dataset),
      options_(options),
      batch_count_(checked_count(dataset, options)),
      order_(epoch_order(dataset.size(), options)),
      upcoming_(
          [this, batch = options.first_batch]() mutable -> std::optional<Batch> {
            if (batch >= batch_count_) return std::nullopt;
            return make(batch++);
          },
          batches_ahead) {}

Tensor Batches::inputs(std::span<const Index> chosen) const {
  if (options_.augment == Augmentation{}) return dataset_.inputs(chosen, options_.dtype);
  return to_tensor(augment(dataset_.images, chosen, options_.augment, options_.seed, options_.epoch),
                   options_.dtype);
}

Batch Batches::make(Index batch) const {
  const Index begin = batch * options_.size, images = std::min(options_.size, dataset_.size() - begin);
  const BatchPart part = batch_part(images, options_.part, options_.parts);
  const auto chosen = std::span(order_).subspan(begin + part.first, part.count);
  Batch result{inputs(chosen), {}};
  for (const Index i : chosen) result.labels.push_back(dataset_.labels[i]);
  return result;
}

Batches batches(const Dataset& dataset, const BatchOptions& options) { return Batches(dataset, options); }

}  // namespace voronet::data
