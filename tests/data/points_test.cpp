#include <voronet/core/file.h>
#include <voronet/data/datasets.h>
#include <voronet/data/loader.h>
#include <voronet/data/synthetic.h>

#include <algorithm>
#include <cmath>

#include "support/in_child.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::data;
using namespace voronet::test;

namespace {

using Labels = std::vector<int>;
using Names = std::vector<std::string>;

// A file of this text, and the two splits that are read from it.
struct File {
  TemporaryFolder folder;
  std::string path = folder / "points.csv";

  explicit File(const std::string& text) { write_file(path, text); }
  Dataset read(Split split) const { return load(path, split); }
  // What reading it says, without the file's name.
  std::string refused() const {
    try {
      (void)read(Split::train);
    } catch (const Error& error) {
      const std::string what = error.what();
      CHECK(std::count(what.begin(), what.end(), '\n') == 0);
      CHECK(what.starts_with(path));
      return what.substr(std::min(what.size(), path.size() + 2));
    }
    return "nothing";
  }
};

// Five points of each of two classes, whose first value counts them.
std::string ten(const std::string& header, const std::string& a, const std::string& b) {
  std::string lines = header;
  for (int i = 0; i < 10; ++i) lines += text(i, ",7,", i % 2 == 0 ? a : b, '\n');
  return lines;
}

}  // namespace

TEST_CASE("points from memory know their shape, their classes and what to normalise by") {
  const Dataset set = points("mine", from({1, 5, 3, 5, 5, 5, 7, 5}, {4, 2}), {1, 0, 1, 2});
  CHECK(set.size() == 4);
  CHECK(set.input_shape() == Shape{2});
  CHECK(set.classes == 3);
  CHECK(set.class_names == Names{"0", "1", "2"});
  CHECK(set.mean == std::vector<double>{4, 5});
  CHECK(set.deviation == std::vector<double>{std::sqrt(5.0), 1});  // the second value does not vary
  const std::vector<Index> chosen{3, 0}, outside{4};
  CHECK(set.inputs(chosen).to_vector() == std::vector<double>{7, 5, 1, 5});
  CHECK(set.inputs(chosen).dtype() == Dtype::f32);
  CHECK(set.select(chosen).labels == Labels{2, 1});
  CHECK(set.select(chosen).points.to_vector() == std::vector<double>{7, 5, 1, 5});
  CHECK_THROWS_WITH_AS(set.inputs(outside), "data set mine: there is no point 4 among 4", Error);
}

TEST_CASE("points from memory that are no data set are refused") {
  const Tensor two = from({1, 2}, {2, 1});
  CHECK_THROWS_WITH_AS(points("p", ones({2}), {0, 1}),
                       "points: p has values (2), which should be n x d, and 2 labels", Error);
  CHECK_THROWS_AS(points("p", two, {0}), Error);
  CHECK_THROWS_AS(points("p", zeros({2, 0}), {0, 1}), Error);
  CHECK_THROWS_WITH_AS(points("p", two, {1, 1}), "p: there is only one class, 1", Error);
  CHECK_THROWS_WITH_AS(points("p", two, {0, 1}, {"a"}), "points: p has only one class", Error);
  CHECK_THROWS_WITH_AS(points("p", two, {0, 2}),
                       "p: its 2 classes are neither 0 to 1 nor all names: there is no label 1", Error);
  CHECK_THROWS_WITH_AS(points("p", two, {0, 2}, {"a", "b"}), "points: p has label 2 of 2 classes", Error);
  CHECK_THROWS_WITH_AS(points("p", from({1, 1e300}, {2, 1}, Dtype::f64), {0, 1}),
                       "points: p has the value 1e+300, which is not finite", Error);
}

TEST_CASE("a file is read with a header or without, with numbers or names for classes") {
  for (const std::string header : {"", "x,y,class\n", "\xEF\xBB\xBFx, y ,z\r\n"}) {
    const File file(ten(header, "0", " 1.0 "));
    const Dataset train = file.read(Split::train), test = file.read(Split::test);
    CHECK(train.name == file.path);
    CHECK(train.class_names == Names{"0", "1"});
    CHECK(train.input_shape() == Shape{2});
    CHECK(train.size() == 8);
    CHECK(test.size() == 2);
    for (const Dataset& set : {train, test})
      for (Index i = 0; i < set.size(); ++i)
        CHECK(static_cast<int>(set.points.at(2 * i)) % 2 == set.labels[static_cast<std::size_t>(i)]);
  }
  const File names(ten("", "setosa", "\"iris, wild\"") + "\n\n");
  CHECK(names.read(Split::test).class_names == Names{"iris, wild", "setosa"});
  CHECK(names.read(Split::test).size() == 2);
}

TEST_CASE("the labels stand in the column called label, wherever it is") {
  const File file("label,x\n1,10\n0,20\n1,30\n0,40\n1,50\n0,60\n");
  const Dataset train = file.read(Split::train);
  CHECK(train.input_shape() == Shape{1});
  for (Index i = 0; i < train.size(); ++i)
    CHECK(train.labels[static_cast<std::size_t>(i)] == static_cast<int>(train.points.at(i)) / 10 % 2);
}

TEST_CASE("a fifth of every class is kept for tests, always the same, and normalised like the others") {
  const File file(to_csv(synthetic("blobs", {.points = 1500, .seed = 4})));
  const Dataset train = file.read(Split::train), test = file.read(Split::test);
  for (int label = 0; label < 3; ++label) {
    CHECK(std::ranges::count(train.labels, label) == 400);
    CHECK(std::ranges::count(test.labels, label) == 100);
  }
  CHECK(test.points.to_vector() == file.read(Split::test).points.to_vector());
  CHECK(test.mean == train.mean);
  CHECK(test.deviation == train.deviation);
  CHECK(train.mean == points("", train.points, train.labels).mean);
  std::vector<double> all = train.points.to_vector(),
                      whole = synthetic("blobs", {.points = 1500, .seed = 4}).points.to_vector();
  const std::vector<double> others = test.points.to_vector();
  all.insert(all.end(), others.begin(), others.end());
  std::ranges::sort(all);
  std::ranges::sort(whole);
  CHECK(all == whole);
}

TEST_CASE("a folder with train.csv and test.csv is taken as it is") {
  const TemporaryFolder folder;
  write_file(folder / "train.csv", "1,cat\n2,dog\n4,cat\n");
  write_file(folder / "test.csv", "x,label\n5,dog\n");
  const Dataset train = load(folder.path().string(), Split::train),
                test = load(folder.path().string(), Split::test);
  CHECK(train.points.to_vector() == std::vector<double>{1, 2, 4});
  CHECK(train.labels == Labels{0, 1, 0});
  CHECK(test.labels == Labels{1});
  CHECK(test.classes == 2);
  CHECK(test.mean == train.mean);
  write_file(folder / "test.csv", "5,bird\n");
  CHECK_THROWS_WITH_AS(load(folder.path().string(), Split::test),
                       doctest::Contains("no point to train on has label bird"), Error);
  write_file(folder / "test.csv", "5,6,dog\n");
  CHECK_THROWS_WITH_AS(load(folder.path().string(), Split::test),
                       doctest::Contains("test.csv has 2 values a point"), Error);
  std::filesystem::remove(folder / "test.csv");
  CHECK_THROWS_WITH_AS(load(folder.path().string(), Split::test), doctest::Contains("cannot read"), Error);
}

TEST_CASE("a file that is no data set says in one line what is wrong") {
  const auto refused = [](const std::string& text) { return File(text).refused(); };
  CHECK(refused("") == "csv: empty, there is not even a header");
  CHECK(refused("x,label\n") == "there is no line after the header");
  CHECK(refused("1\n2\n") == "a line needs a value, a comma and a label");
  CHECK(refused("1,2,0\n3,1\n") == "csv: line 2 has 2 fields, the first 3");
  CHECK(refused("x,y,label\n1,2,0\n3,4,\n") == "line 3: there is no label");
  CHECK(refused("1,2,0\n3,four,1\n") == "line 2, column 2: 'four' is not a finite number");
  for (const char* bad : {"nan", "inf", "-1e39", "1e999", ""})
    CHECK(refused(text("1,0\n", bad, ",1\n")) ==
          text("line 2, column 1: '", bad, "' is not a finite number"));
  CHECK(refused("1,5\n2,5\n3,5\n") == "there is only one class, 5");
  CHECK(refused("1,0\n2,1\n3,3\n") == "its 3 classes are neither 0 to 2 nor all names: there is no label 2");
  CHECK(refused("1,0\n2,cat\n") == "its 2 classes are neither 0 to 1 nor all names: there is no label 1");
  CHECK(refused("1,1\n2,2\n") == "its 2 classes are neither 0 to 1 nor all names: there is no label 0");
  for (const char* bad : {"-1", "0.5", "1e10", "nan"})
    CHECK(refused(text("1,0\n2,", bad, '\n')) ==
          text("line 2: label ", bad, " is neither one of 0, 1, ... nor a name"));
  CHECK(refused("1,0\n2,1\n3,0\n4,1\n") == "no class has three points, so that one could be kept for tests");
  CHECK(refused("1,\"0\n") == "csv: a quote never closes");
}

TEST_CASE("a file that is absent, or of a terabyte, is refused by its name") {
  const File file("");
  write_terabyte(file.path, "1,0\n");
  CHECK_THROWS_WITH_AS(file.read(Split::train), doctest::Contains(file.path.c_str()), Error);
  CHECK_THROWS_WITH_AS(load(file.folder / "absent.csv", Split::train), doctest::Contains("absent.csv"),
                       Error);
}

TEST_CASE("batches of points are rows of numbers, which nobody crops") {
  const Dataset set = synthetic("moons", {.points = 10});
  Index seen = 0;
  for (const auto& [inputs, labels] : batches(set, {.size = 4, .shuffle = false, .dtype = Dtype::f64})) {
    CHECK(inputs.shape() == Shape{std::ssize(labels), 2});
    CHECK(inputs.at(0) == set.points.at(2 * seen));
    seen += inputs.dim(0);
  }
  CHECK(seen == 10);
  CHECK_THROWS_WITH_AS(batches(set, {.augment = augmentation("crop-flip")}),
                       "batches: data set moons has points, and only images can be augmented", Error);
}
