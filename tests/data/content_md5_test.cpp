#include <voronet/data/content_md5.h>

#include <set>

#include "support/toy_data.h"
#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("data sets of other content have other digits, whatever their names and normalisation") {
  const data::Dataset toy = test::toy_data(20);
  data::Dataset renamed = toy, pixel = toy, label = toy, class_name = toy, shape = toy, points = toy;
  renamed.name = "other";
  renamed.mean = {0.1};
  CHECK(data::content_md5(renamed) == data::content_md5(toy));
  CHECK(data::content_md5(toy).size() == 32);

  pixel.images.pixels.back() ^= 1;
  label.labels.back() = (label.labels.back() + 1) % label.classes;
  class_name.class_names.front() += '!';
  shape.images.height *= 2;
  shape.images.width /= 2;
  points.images = {};
  points.points = Tensor({20, 2}, Dtype::f64);
  const data::Dataset fewer = toy.select(std::vector<Index>{0, 1, 2});
  std::set<std::string> digits;
  for (const data::Dataset& each : {toy, pixel, label, class_name, shape, points, fewer})
    digits.insert(data::content_md5(each));
  CHECK(digits.size() == 7);
}
