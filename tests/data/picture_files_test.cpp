#include <voronet/core/file.h>
#include <voronet/data/datasets.h>
#include <voronet/data/picture_files.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/in_child.h"
#include "support/skip.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::data;
using namespace voronet::test;

namespace {

using Bytes = std::vector<std::uint8_t>;

// A line of a label and an image of 16 x 16 x channels, whose value i is first + i, or what it is at one
// place.
std::string line(int label, int first, int channels = 1, int at = -1, const std::string& value = "") {
  std::string fields = text(label);
  for (int i = 0; i < 256 * channels; ++i) fields += i == at ? "," + value : text(',', (first + i) % 256);
  return fields + '\n';
}

struct File {
  TemporaryFolder folder;
  std::string path;

  File(const std::string& name, const std::string& bytes) : path(folder / name) { write_file(path, bytes); }
  File(const std::map<std::string, NpyArray>& arrays) : path(folder / "f.npz") { write_npz(path, arrays); }
  Dataset read(Split split = Split::test) const { return load(path, split); }
  // What reading it says, without the file's name.
  std::string refused(Split split = Split::test) const {
    try {
      (void)read(split);
    } catch (const Error& error) {
      const std::string what = error.what();
      CHECK(std::ranges::count(what, '\n') == 0);
      CHECK(what.starts_with(path));
      return what.substr(std::min(what.size(), path.size() + 2));
    }
    return "nothing";
  }
};

File csv(const std::string& text) { return {"f.csv", text}; }
std::string csv_refused(const std::string& text) { return csv(text).refused(); }

NpyArray bytes(const Shape& shape, std::uint8_t first = 0) {
  Bytes values(static_cast<std::size_t>(shape.size()));
  std::ranges::generate(values, [&] { return first++; });
  return npy(shape, values);
}
NpyArray numbers(const Shape& shape, const std::vector<Index>& values) { return npy(shape, values); }
NpyArray floats(const Shape& shape, const std::vector<float>& values) { return npy(shape, values); }

std::string npz_refused(const NpyArray& images, const NpyArray& labels) {
  return File({{"images", images}, {"labels", labels}}).refused();
}

}  // namespace

TEST_CASE("a .csv of labels and bytes is read as square images, all of them to be tested on") {
  const Dataset gray = csv("\xEF\xBB\xBF" + line(7, 0) + line(2, 9)).read();
  CHECK(gray.images.count == 2);
  CHECK(gray.input_shape() == Shape{16, 16, 1});
  CHECK(gray.images.image(1)[1] == 10);
  CHECK(gray.labels == std::vector<int>{7, 2});
  CHECK(gray.classes == 8);
  CHECK(gray.class_names.back() == "7");
  CHECK(may_have_classes(gray, 10));
  CHECK_FALSE(may_have_classes(gray, 7));

  std::string windows = line(1, 0, 3) + line(0, 1, 3);
  for (std::size_t i = 0; (i = windows.find('\n', i)) != windows.npos; i += 2) windows.replace(i, 1, "\r\n");
  const Dataset colour = csv(windows + "\r\n").read();
  CHECK(colour.input_shape() == Shape{16, 16, 3});
  CHECK(Bytes(colour.images.image(0).begin(), colour.images.image(0).begin() + 4) == Bytes{0, 1, 2, 3});

  CHECK(csv(line(0, 0) + line(1, 5)).refused(Split::train) ==
        "all of its images are to be tested on, none to train on");
}

TEST_CASE("images that the verification community uses are read where this machine has them") {
  const std::filesystem::path folder = VORONET_SOURCE_DIR "/../shared/networks/pictures";
  if (!std::filesystem::exists(folder)) return skipped("needs ../shared/networks/pictures");
  const Dataset mnist = load(folder / "mnist_test_100.csv", Split::test);
  CHECK(mnist.size() == 100);
  CHECK(mnist.input_shape() == Shape{28, 28, 1});
  CHECK(std::vector<int>(mnist.labels.begin(), mnist.labels.begin() + 3) == std::vector<int>{7, 2, 1});
  CHECK(load(folder / "cifar10_test_100.csv", Split::test).input_shape() == Shape{32, 32, 3});
}

TEST_CASE("a .csv that may be of images or of points is never taken for one of them in silence") {
  const std::string doubtful =
      "are these images of 16 x 16, the label first, or points, the label last? Put a header above points, "
      "or images into an .npz file";
  // The last column could hold labels: 0 and 1.
  CHECK(csv_refused(line(3, 0, 1, 255, "1") + line(4, 0, 1, 255, "0")) == doubtful);
  // It holds 1 and 2, which are no labels of points, but the first column none of images.
  CHECK(csv_refused(line(0, 0, 1, 255, "1") + line(0, 0, 1, 255, "2")) == doubtful);
  CHECK(csv_refused(line(3, 0, 1, 255, "1") + line(4, 0, 1, 255, "2")) == "nothing");
  CHECK(csv_refused(line(0, 0, 1, 255, "9")) == "nothing");

  // With a header it is of points, and also where one value is no byte.
  std::string header;
  for (int i = 0; i < 256; ++i) header += text('x', i, ',');
  std::string points, with_fraction;
  for (int i = 0; i < 10; ++i) {
    points += line(i, i, 1, 255, text(i % 2));
    with_fraction += line(i, i, 1, 255, text(i % 2));
  }
  with_fraction += line(0, 0, 1, 254, "0.5");
  CHECK(csv(header + "label\n" + points).read().points.defined());
  CHECK(csv_refused(with_fraction) ==
        "its 3 classes are neither 0 to 2 nor all names: there is no label 2; nor is it images of 16 x 16: "
        "line 11, field 256, is no byte");
  CHECK(csv_refused(line(1, 0) + line(2, 9) + "1,2\n") ==
        "csv: line 3 has 2 fields, the first 257; nor is it images of 16 x 16: line 3 has another length");
  CHECK(csv_refused(line(1, 0) + line(2, 9, 1, 7, "256"))
            .ends_with("; nor is it images of 16 x 16: line 2, field 9, is no byte"));
  // A square of 9 values is no image, and neither are 257 values.
  const std::string nine = "1,2,3,4,5,6,7,8,9,";
  CHECK(csv(nine + "0\n" + nine + "1\n" + nine + "0\n" + nine + "0\n").read().points.defined());
}

TEST_CASE("an .npz file is read under the names that tools use, whatever the order of its sizes") {
  const Shape one_label{2};
  const NpyArray labels = numbers({2}, {3, 1});
  const Dataset gray = File({{"images", bytes({2, 4, 5})}, {"labels", labels}, {"x", labels}}).read();
  CHECK(gray.input_shape() == Shape{4, 5, 1});
  CHECK(gray.images.pixels[39] == 39);
  CHECK(gray.labels == std::vector<int>{3, 1});
  CHECK(gray.open_classes);
  const Dataset last = File({{"x_test", bytes({2, 4, 5, 3})}, {"y_test", numbers({2, 1}, {3, 1})}}).read();
  CHECK(last.input_shape() == Shape{4, 5, 3});
  CHECK(last.images.pixels[1] == 1);
  const Dataset first = File({{"x", bytes({2, 3, 4, 5})}, {"y", labels}}).read();
  CHECK(first.input_shape() == Shape{4, 5, 3});
  CHECK(Bytes(first.images.pixels.begin(), first.images.pixels.begin() + 4) == Bytes{0, 20, 40, 1});
  CHECK(first.labels == std::vector<int>{3, 1});

  const Dataset one_hot =
      File({{"x", bytes({2, 1, 4, 5})}, {"y", floats({2, 4}, {0, 0, 1, 0, 1, 0, 0, 0})}}).read();
  CHECK(one_hot.labels == std::vector<int>{2, 0});
  CHECK(one_hot.classes == 4);
  CHECK_FALSE(may_have_classes(one_hot, 5));

  std::vector<float> tenths;
  for (int i = 0; i < 256; ++i) tenths.push_back(static_cast<float>(i) / 255);
  CHECK(File({{"x", floats({1, 16, 16}, tenths)}, {"y", numbers({1}, {0})}}).read().images.pixels ==
        File({{"x", bytes({1, 16, 16})}, {"y", numbers({1}, {0})}}).read().images.pixels);
  CHECK(File({{"x", bytes({1, 16, 16})}, {"y", numbers({1}, {0})}}).refused(Split::train) ==
        "all of its images are to be tested on, none to train on");
}

TEST_CASE("an .npz file that holds no labelled images says in one line why") {
  const NpyArray images = bytes({2, 4, 5}), labels = numbers({2}, {0, 1});
  CHECK(File({{"images", images}, {"y_test", labels}}).refused() ==
        "no arrays images and labels, x_test and y_test, or x and y are in it");
  CHECK(npz_refused(bytes({2, 4, 5, 2}), labels) == "images (2, 4, 5, 2) have neither one channel nor three");
  CHECK(npz_refused(bytes({2, 3, 4, 1}), labels) ==
        "of images (2, 3, 4, 1) nobody can tell which size is the channels");
  CHECK(npz_refused(bytes({2, 20}), labels) ==
        "an array (2, 20) is no images (n, height, width) or (n, height, width, channels)");
  CHECK(npz_refused(bytes({0, 4, 5}), numbers({0}, {})).starts_with("an array (0, 4, 5) is no images"));
  CHECK(npz_refused(numbers({2, 1, 1, 1}, {0, 1}), labels) ==
        "images should be of uint8 or floats in [0, 1]");
  for (const float bad : {0.5F, 1.5F, -1.0F, 255.0F, std::numeric_limits<float>::quiet_NaN()})
    CHECK(npz_refused(floats({2, 1, 1}, {0, bad}), labels) ==
          text("the value ", bad,
               " is no byte divided by 255: images are of bytes, or of floats that stand for them"));
  CHECK(npz_refused(images, numbers({3}, {0, 1, 2})) == "labels (3) do not fit images (2, 4, 5)");
  CHECK(npz_refused(images, numbers({}, {1})) == "labels () do not fit images (2, 4, 5)");
  CHECK(npz_refused(images, numbers({2}, {0, -1})) == "label -1 of image 1 is not one of 0..9999");
  CHECK(npz_refused(images, numbers({2}, {0, 10000})) == "label 10000 of image 1 is not one of 0..9999");
  CHECK(npz_refused(images, floats({2}, {0, 0.5F})) == "label 0.5 of image 1 is not one of 0..9999");
  for (const std::vector<float>& row : {std::vector<float>{0, 0}, {1, 1}, {0, 0.5F}})
    CHECK(npz_refused(images, floats({2, 2}, {1, 0, row[0], row[1]})) ==
          "the label of image 1 is not a 1 among 0");
}

TEST_CASE("open classes become those of a network that has as many or more") {
  Dataset set = csv(line(7, 0)).read();
  CHECK_THROWS_WITH_AS(close_classes(set, 7), doctest::Contains("has 8 classes, not 7"), Error);
  close_classes(set, 10);
  CHECK(set.classes == 10);
  CHECK(set.class_names.back() == "9");
  CHECK_FALSE(may_have_classes(set, 11));
  CHECK(may_have_classes(set, 10));
}

TEST_CASE("bytes stand for themselves divided by 255, and no other number for one") {
  for (int byte = 0; byte < 256; ++byte) {
    const float value = static_cast<float>(byte) / 255;
    CHECK(byte_of(value) == byte);
    CHECK(byte_of(std::nextafter(value, 2.0F)) == byte);
    CHECK_FALSE(byte_of(value + 1e-3F).has_value());
  }
}
