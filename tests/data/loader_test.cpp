#include <voronet/data/loader.h>

#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::data;

namespace {

// n images of one pixel, whose value is also the label.
Dataset numbered(int n) {
  Dataset set{"numbered", {n, 1, 1, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(n))}, {}, n, {}};
  set.labels.resize(static_cast<std::size_t>(n));
  std::iota(set.images.pixels.begin(), set.images.pixels.end(), std::uint8_t{0});
  std::iota(set.labels.begin(), set.labels.end(), 0);
  return set;
}

std::vector<std::vector<int>> labels_of(const Dataset& set, const BatchOptions& options) {
  std::vector<std::vector<int>> all;
  for (const auto& [images, labels] : batches(set, options)) all.push_back(labels);
  return all;
}

std::vector<int> joined(const std::vector<std::vector<int>>& batches) {
  std::vector<int> all;
  for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

}  // namespace

TEST_CASE("an epoch shows every image once, with its label, as values from 0 to 1") {
  const Dataset set = numbered(23);
  std::vector<int> seen;
  std::vector<Index> sizes;
  for (const auto& [images, labels] : batches(set, {.size = 5, .dtype = Dtype::f64})) {
    sizes.push_back(images.dim(0));
    CHECK(images.shape() == Shape{static_cast<Index>(labels.size()), 1, 1, 1});
    for (std::size_t i = 0; i < labels.size(); ++i)
      CHECK(images.at(static_cast<Index>(i)) == labels[i] / 255.0);
    seen.insert(seen.end(), labels.begin(), labels.end());
  }
  CHECK(sizes == std::vector<Index>{5, 5, 5, 5, 3});
  CHECK(seen != set.labels);
  std::sort(seen.begin(), seen.end());
  CHECK(seen == set.labels);
}

TEST_CASE("the order depends on seed and epoch, and on nothing else") {
  const Dataset set = numbered(50);
  const auto order = [&](BatchOptions options) { return joined(labels_of(set, options)); };
  const auto first = order({.size = 7, .seed = 1, .epoch = 2});
  CHECK(first == order({.size = 7, .seed = 1, .epoch = 2}));
  CHECK(first == order({.size = 50, .seed = 1, .epoch = 2, .dtype = Dtype::f64}));
  CHECK(first != order({.size = 7, .seed = 1, .epoch = 3}));
  CHECK(first != order({.size = 7, .seed = 2, .epoch = 2}));
  CHECK(order({.size = 7, .seed = 2, .epoch = 1}) != first);
  CHECK(order({.size = 7, .shuffle = false}) == set.labels);
}

TEST_CASE("starting at a later batch gives the batches of a run from the start") {
  const Dataset set = numbered(23);
  const auto whole = labels_of(set, {.size = 4, .seed = 3, .epoch = 1});
  for (std::size_t first = 0; first <= whole.size(); ++first) {
    const auto rest =
        labels_of(set, {.size = 4, .seed = 3, .epoch = 1, .first_batch = static_cast<Index>(first)});
    CHECK(rest == std::vector(whole.begin() + static_cast<std::ptrdiff_t>(first), whole.end()));
  }
}

TEST_CASE("a smaller last batch can be left out") {
  const Dataset set = numbered(10);
  CHECK(labels_of(set, {.size = 4, .drop_last = true}).size() == 2);
  CHECK(labels_of(set, {.size = 5, .drop_last = true}).size() == 2);
  CHECK(labels_of(set, {.size = 11, .drop_last = true}).empty());
  CHECK(labels_of(set, {.size = 11}).size() == 1);
  CHECK(batches(set, {.size = 4, .first_batch = 1}).size() == 3);
  CHECK(labels_of(numbered(0), {}).empty());
}

TEST_CASE("parts of the batches together are the batches; one too small to be cut goes to all") {
  const Dataset set = numbered(23);  // batches of 10, 10 and 3
  const auto whole = labels_of(set, {.size = 10, .seed = 4});
  std::vector<std::vector<std::vector<int>>> parts;
  for (const Index part : {0, 1, 2, 3})
    parts.push_back(labels_of(set, {.size = 10, .part = part, .parts = 4, .seed = 4}));
  for (const std::size_t batch : {0U, 1U})
    CHECK(joined({parts[0][batch], parts[1][batch], parts[2][batch], parts[3][batch]}) == whole[batch]);
  for (const auto& part : parts) CHECK(part[2] == whole[2]);
  for (const Index images : {3, 4, 7, 10}) {
    double weights = 0;
    for (const Index part : {0, 1, 2, 3}) weights += batch_part(images, part, 4).weight;
    CHECK(weights == doctest::Approx(1));
  }
  CHECK(batch_part(10, 1, 4).count == 3);
  CHECK(batch_part(10, 1, 4).weight == 0.3);
  CHECK_THROWS_WITH_AS(batches(set, {.part = 2, .parts = 2}), "batches: there is no part 2 of 2", Error);
}

TEST_CASE("the loop may be left early, by break or by an exception") {
  const Dataset set = numbered(100);
  for (int steps = 0; steps < 5; ++steps) {
    int step = 0;
    for (const Batch& batch : batches(set, {.size = 2}))
      if (batch.labels.empty() || step++ == steps) break;
  }
  CHECK_THROWS_AS(
      [&] {
        for (const Batch& batch : batches(set, {.size = 2})) throw Error(text(batch.labels.size()));
      }(),
      Error);
  { const Batches never_begun = batches(set); }
}

TEST_CASE("a batch kept beyond its turn keeps its values") {
  const Dataset set = numbered(40);
  std::vector<Tensor> kept;
  std::vector<int> all;
  for (const auto& [images, labels] : batches(set, {.size = 8})) {
    kept.push_back(images);
    all.insert(all.end(), labels.begin(), labels.end());
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(kept[i / 8].at(static_cast<Index>(i % 8)) ==
          static_cast<double>(static_cast<float>(all[i]) / 255.0F));
}

TEST_CASE("wrong options and broken data sets are refused before anything starts") {
  Dataset set = numbered(10);
  CHECK_THROWS_WITH_AS(batches(set, {.size = 0}), "batches: the size is 0, must be at least 1", Error);
  CHECK_THROWS_WITH_AS(batches(set, {.size = 4, .first_batch = 4}),
                       "batches: first_batch is 4, but the epoch has 3 batches", Error);
  CHECK_THROWS_AS(batches(set, {.first_batch = -1}), Error);
  set.labels.pop_back();
  CHECK_THROWS_WITH_AS(batches(set), "batches: data set numbered has 10 images, but 10 pixels and 9 labels",
                       Error);
  set = numbered(10);
  set.images.pixels.pop_back();
  CHECK_THROWS_AS(batches(set), Error);
}
