#include <voronet/data/augment.h>
#include <voronet/data/loader.h>

#include <algorithm>
#include <map>
#include <numeric>

#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::data;

namespace {

using Pixels = std::vector<std::uint8_t>;

// n images h x w x c, no byte of which is 0, with neighbours that differ.
Images coloured(Index n, Index h, Index w, Index c) {
  Images images{n, h, w, c, Pixels(static_cast<std::size_t>(n * h * w * c))};
  for (std::size_t i = 0; i < images.pixels.size(); ++i)
    images.pixels[i] = static_cast<std::uint8_t>(1 + i * 37 % 255);
  return images;
}

// What one image becomes when the window starts at (y0, x0) of the padded image: the definition, byte by
// byte.
Pixels naive(const Images& images, Index i, Index pad, Index y0, Index x0, bool mirrored) {
  const auto image = images.image(i);
  Pixels shown;
  for (Index y = 0; y < images.height; ++y)
    for (Index x = 0; x < images.width; ++x)
      for (Index c = 0; c < images.channels; ++c) {
        const Index row = y + y0 - pad, column = (mirrored ? images.width - 1 - x : x) + x0 - pad;
        const bool inside = row >= 0 && row < images.height && column >= 0 && column < images.width;
        shown.push_back(
            inside ? image[static_cast<std::size_t>((row * images.width + column) * images.channels + c)]
                   : std::uint8_t{0});
      }
  return shown;
}

Pixels bytes(std::span<const std::uint8_t> span) { return {span.begin(), span.end()}; }

std::vector<Index> every(Index n) {
  std::vector<Index> all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), Index{0});
  return all;
}

Dataset numbered(Images images) {
  Dataset set;
  set.name = "numbered";
  set.images = std::move(images);
  set.classes = static_cast<int>(set.images.count);
  set.labels.resize(static_cast<std::size_t>(set.images.count));
  std::iota(set.labels.begin(), set.labels.end(), 0);
  return set;
}

using Values = std::vector<std::vector<double>>;

Values pixels_of(const Dataset& set, const BatchOptions& options) {
  Values all;
  for (const auto& [images, labels] : batches(set, options)) all.push_back(images.to_vector());
  return all;
}

}  // namespace

TEST_CASE("every augmented image is a window of the padded image, or its mirror, and all of them occur") {
  for (const auto& [h, w, c, pad] : {std::array<Index, 4>{5, 7, 3, 2}, {4, 4, 1, 1}, {3, 2, 3, 4}}) {
    const Images images = coloured(2, h, w, c);
    std::map<Pixels, int> windows;
    for (Index y = 0; y <= 2 * pad; ++y)
      for (Index x = 0; x <= 2 * pad; ++x)
        for (const bool mirrored : {false, true}) windows[naive(images, 1, pad, y, x, mirrored)] = 0;
    const std::vector<Index> second(1, 1);
    int elsewhere = 0;
    for (std::uint32_t epoch = 0; epoch < 4000; ++epoch) {
      const Images shown = augment(images, second, {.pad = pad, .flip = true}, 7, epoch);
      const auto found = windows.find(shown.pixels);
      found == windows.end() ? ++elsewhere : ++found->second;
    }
    CHECK(elsewhere == 0);
    for (const auto& [window, count] : windows) CHECK(count > 0);
  }
}

TEST_CASE("places are equally likely, half of the images are mirrored, and the draws are independent") {
  const Images images = coloured(9000, 1, 3, 1);
  const Images shown = augment(images, every(9000), {.pad = 1, .flip = true}, 3, 5);
  std::map<std::array<Index, 3>, int> counts;
  for (Index i = 0; i < images.count; ++i)
    for (const Index x : {0, 1, 2})
      for (const bool mirrored : {false, true})
        // Rows above and below are black, so only a window on the row shows where it is.
        if (bytes(shown.image(i)) == naive(images, i, 1, 1, x, mirrored)) ++counts[{1, x, mirrored}];
  REQUIRE(counts.size() == 6);
  // 500 expected of each, standard deviation 22.
  for (const auto& [view, count] : counts) CHECK(std::abs(count - 500) < 110);
}

TEST_CASE("no padding leaves images in place, no flip leaves them unmirrored") {
  const Images images = coloured(200, 4, 5, 3);
  const auto all = every(200);
  CHECK(augment(images, all, {}, 1, 1).pixels == images.pixels);
  const Images flipped = augment(images, all, {.flip = true}, 1, 1);
  const Images cropped = augment(images, all, {.pad = 1}, 1, 1);
  int mirrored = 0, moved = 0;
  for (Index i = 0; i < images.count; ++i) {
    const bool changed = bytes(flipped.image(i)) != bytes(images.image(i));
    if (changed) CHECK(bytes(flipped.image(i)) == naive(images, i, 0, 0, 0, true));
    mirrored += changed;
    bool window = false;
    for (Index y = 0; y < 3; ++y)
      for (Index x = 0; x < 3; ++x) window |= bytes(cropped.image(i)) == naive(images, i, 1, y, x, false);
    CHECK(window);
    moved += bytes(cropped.image(i)) != bytes(images.image(i));
  }
  CHECK(mirrored > 70);
  CHECK(mirrored < 130);
  CHECK(moved > 150);
}

TEST_CASE("an image's augmentation depends on seed, epoch and its index, not on its company") {
  const Images images = coloured(50, 6, 6, 3);
  const Augmentation how = augmentation("crop-flip");
  const Images whole = augment(images, every(50), how, 1, 2);
  const std::vector<Index> some{49, 3, 3, 0};
  const Images few = augment(images, some, how, 1, 2);
  for (Index i = 0; i < few.count; ++i)
    CHECK(bytes(few.image(i)) == bytes(whole.image(some[static_cast<std::size_t>(i)])));
  CHECK(augment(images, every(50), how, 1, 3).pixels != whole.pixels);
  CHECK(augment(images, every(50), how, 2, 2).pixels != whole.pixels);
}

TEST_CASE("batches with augmentation are the same again, in any size, and when resumed") {
  const Dataset set = numbered(coloured(23, 8, 8, 3));
  const BatchOptions options = {.size = 4, .seed = 3, .epoch = 1, .augment = {.pad = 4, .flip = true}};
  const Values whole = pixels_of(set, options);
  CHECK(pixels_of(set, options) == whole);
  for (std::size_t first = 0; first <= whole.size(); ++first) {
    BatchOptions rest = options;
    rest.first_batch = static_cast<Index>(first);
    CHECK(pixels_of(set, rest) == Values(whole.begin() + static_cast<std::ptrdiff_t>(first), whole.end()));
  }
  BatchOptions at_once = options;
  at_once.size = 23;
  std::vector<double> joined;
  for (const auto& batch : whole) joined.insert(joined.end(), batch.begin(), batch.end());
  CHECK(pixels_of(set, at_once) == Values{joined});
  at_once.augment = {};
  CHECK(pixels_of(set, at_once) != Values{joined});
}

TEST_CASE("batches hold what augment gives, with the labels of the images") {
  const Dataset set = numbered(coloured(10, 5, 5, 3));
  const Augmentation how = {.pad = 2, .flip = true};
  for (const auto& [images, labels] :
       batches(set, {.size = 10, .seed = 9, .epoch = 4, .augment = how, .dtype = Dtype::f64})) {
    const std::vector<Index> order(labels.begin(), labels.end());
    CHECK(images.to_vector() == to_tensor(augment(set.images, order, how, 9, 4), Dtype::f64).to_vector());
  }
}

TEST_CASE("augmentations have names; unknown ones, bad paddings and images that are not there are refused") {
  for (const std::string& name : augmentation_names()) CHECK_NOTHROW(augmentation(name));
  CHECK(augmentation("none") == Augmentation{});
  CHECK(augmentation("crop-flip") == Augmentation{.pad = 4, .flip = true});
  CHECK_THROWS_WITH_AS(augmentation("cutout"), "there is no augmentation cutout, only none, crop-flip",
                       Error);
  const Dataset set = numbered(coloured(2, 2, 2, 1));
  CHECK_THROWS_WITH_AS(augment(set.images, every(1), {.pad = -1}, 0, 0),
                       "augment: pad is -1, must be in 0..1048576", Error);
  CHECK_THROWS_AS(batches(set, {.augment = {.pad = Index{1} << 40}}), Error);
  CHECK_THROWS_AS(augment(set.images, every(3), {}, 0, 0), Error);
  CHECK(augment(set.images, every(0), {.pad = 1}, 0, 0).count == 0);
  CHECK(augment(set.images, every(2), {.pad = 1 << 20}, 0, 0).pixels == Pixels(8));
}
