// Batches of a data set in a seeded random order, prepared by a background thread while the caller trains:
//
//   for (const auto& [images, labels] : batches(train, {.size = 128, .seed = seed, .epoch = epoch})) ...
#pragma once

#include <voronet/data/augment.h>
#include <voronet/data/images.h>
#include <voronet/data/prefetch.h>

#include <iterator>
#include <optional>
#include <span>
#include <vector>

namespace voronet::data {

struct BatchOptions {
  Index size = 128;           // images a batch; the last batch of an epoch may be smaller
  Index part = 0, parts = 1;  // of each batch only this part, 0..parts-1 (see BatchPart)
  std::uint64_t seed = 0;     // the order of an epoch depends on seed and epoch alone
  std::uint32_t epoch = 0;
  bool shuffle = true;        // off: the data set's own order
  bool drop_last = false;     // leave out a last batch that is smaller
  Index first_batch = 0;      // start here: what follows is the same as in a run from the epoch's start
  Augmentation augment = {};  // drawn from seed, epoch and the image's index in the data set
  Dtype dtype = Dtype::f32;
};

struct Batch {
  Tensor images;            // (n, h, w, c), values in 0..1; of a data set of points (n, d)
  std::vector<int> labels;  // n
};

// What a part has of a batch: images first..first+count-1, and their weight in a mean over the batch. Parts
// are as even as they can be, and their weights add up to 1. A batch with fewer images than parts goes to
// each of them whole, with equal weights, as there is no mean over no images.
struct BatchPart {
  Index first, count;
  double weight;
};
BatchPart batch_part(Index images, Index part, Index parts);

// One pass over the batches of an epoch.
class Batches {
 public:
  // The data set must outlive the pass. Throws Error unless size >= 1, part is in 0..parts-1, first_batch in
  // 0..size(), the padding in its range, points are not augmented and the data set's parts fit together.
  Batches(const Dataset& dataset, const BatchOptions& options);

  // Number of batches in the whole epoch, first_batch or not.
  Index size() const { return batch_count_; }

  class Iterator {
   public:
    // Before the first batch of the pass.
    explicit Iterator(Batches& pass) : pass_(&pass) {}
    const Batch& operator*() const { return *pass_->current_; }  // the present batch, which ++ replaces
    // Waits for the next batch.
    Iterator& operator++() {
      pass_->current_ = pass_->upcoming_.next();
      return *this;
    }
    bool operator==(std::default_sentinel_t) const { return !pass_->current_; }  // whether the pass is over

   private:
    Batches* pass_;
  };

  // Call once: a pass cannot be repeated. Waits for the first batch.
  Iterator begin() { return ++Iterator(*this); }
  std::default_sentinel_t end() const { return {}; }  // what an iterator equals when the pass is over

 private:
  Batch make(Index batch) const;
  Tensor inputs(std::span<const Index> chosen) const;

  const Dataset& dataset_;
  BatchOptions options_;
  Index batch_count_;
  std::vector<Index> order_;
  std::optional<Batch> current_;
  Prefetch<Batch> upcoming_;  // last: its thread reads the others
};

// One pass over a data set, which must outlive it.
Batches batches(const Dataset& dataset, const BatchOptions& options = {});
Batches batches(Dataset&&, const BatchOptions& = {}) = delete;  // it would be gone before the first batch

}  // namespace voronet::data
