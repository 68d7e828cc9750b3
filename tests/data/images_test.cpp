#include <voronet/data/images.h>

#include <numeric>

#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::data;

namespace {

// Two RGB images of 1 x 2 pixels with bytes 0, 1, 2, ...
Dataset small_dataset() {
  Dataset set{"small", {2, 1, 2, 3, std::vector<std::uint8_t>(12)}, {1, 0}, 2, {"a", "b"}};
  std::iota(set.images.pixels.begin(), set.images.pixels.end(), std::uint8_t{0});
  return set;
}

}  // namespace

TEST_CASE("one image is a span of its own pixels, and may be written") {
  Images images = small_dataset().images;
  CHECK(images.image_size() == 6);
  CHECK(images.image(1).size() == 6);
  CHECK(images.image(1)[0] == 6);
  images.image(1)[0] = 99;
  CHECK(images.pixels[6] == 99);
  CHECK_THROWS_WITH_AS(images.image(2), "images: there is no image 2 among 2", Error);
  CHECK_THROWS_AS(images.image(-1), Error);
}

TEST_CASE("selecting keeps the order asked for, repeats, and takes the labels along") {
  const std::vector<Index> order{1, 0, 1}, outside{0, 2};
  const Dataset chosen = small_dataset().select(order);
  CHECK(chosen.size() == 3);
  CHECK(chosen.labels == std::vector<int>{0, 1, 0});
  CHECK(chosen.images.pixels[0] == 6);
  CHECK(chosen.images.pixels[6] == 0);
  CHECK(chosen.images.pixels.size() == 18);
  CHECK(chosen.class_names == small_dataset().class_names);
  CHECK_THROWS_AS(small_dataset().select(outside), Error);
}

TEST_CASE("pixels become values from 0 to 1, correctly rounded in both dtypes") {
  Images images{1, 16, 16, 1, std::vector<std::uint8_t>(256)};
  std::iota(images.pixels.begin(), images.pixels.end(), std::uint8_t{0});
  const Tensor single = to_tensor(images), twice = to_tensor(images, Dtype::f64);
  CHECK(single.shape() == Shape{1, 16, 16, 1});
  CHECK(single.at(0) == 0);
  CHECK(twice.at(255) == 1);
  for (Index i = 0; i < 256; ++i) {
    CHECK(twice.at(i) == static_cast<double>(i) / 255);
    CHECK(single.at(i) == static_cast<double>(static_cast<float>(i) / 255.0F));
  }
}

TEST_CASE("a tensor of chosen images equals the tensor of their selection") {
  const Images images = small_dataset().images;
  const std::vector<Index> order{1, 1, 0}, outside{-1};
  CHECK(to_tensor(images, order).to_vector() == to_tensor(images.select(order)).to_vector());
  CHECK(to_tensor(images, std::vector<Index>{}).shape() == Shape{0, 1, 2, 3});
  CHECK_THROWS_AS(to_tensor(images, outside), Error);
}

TEST_CASE("images without their pixels, or with more, are refused") {
  const auto pixels = [](std::size_t n) { return std::vector<std::uint8_t>(n); };
  const Images more{1, 2, 2, 1, pixels(1000)}, fewer{2, 2, 2, 1, pixels(7)},
      negative{-1, 2, -2, 1, pixels(4)};
  CHECK_THROWS_WITH_AS(to_tensor(more), "images: (1, 2, 2, 1) (n x h x w x c), but there are 1000 pixels",
                       Error);
  CHECK_THROWS_WITH_AS(to_tensor(fewer), "images: (2, 2, 2, 1) (n x h x w x c), but there are 7 pixels",
                       Error);
  CHECK_THROWS_AS(to_tensor(negative), Error);
  const std::vector<Index> second = {1};
  CHECK_THROWS_WITH_AS(to_tensor(fewer, second), "images: image 1 of 4 bytes lies outside the 7 pixels",
                       Error);
  CHECK_THROWS_AS(fewer.image(1), Error);
  CHECK_THROWS_AS(fewer.select(second), Error);
  CHECK(fewer.image(0).size() == 4);
  CHECK_THROWS_AS((Images{2, Index{1} << 62, 4, 1, {}}.image(1)), Error);

  const Dataset unlabelled{"u", {2, 1, 1, 1, pixels(2)}, {0}, 1, {"all"}};
  CHECK_THROWS_WITH_AS(unlabelled.select(second), "data set u: image 1 has no label", Error);
}
