#include <voronet/core/file.h>
#include <voronet/data/datasets.h>
#include <voronet/data/png.h>
#include <voronet/data/png_folder.h>

#include "support/sixteen_bit_png.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::data;
namespace fs = std::filesystem;

namespace {

// A picture of one value everywhere.
Images plain(std::uint8_t value, Index height = 2, Index width = 3, Index channels = 3) {
  return {1, height, width, channels,
          std::vector<std::uint8_t>(static_cast<std::size_t>(height * width * channels), value)};
}

void put(const fs::path& path, const Images& image) {
  make_folder(path.parent_path());
  write_png(path, image);
}

// Two classes, three pictures to train and two to test, whose value is that of their place.
struct Pictures {
  Pictures() {
    put(train / "cat" / "b.png", plain(1));
    put(train / "cat" / "a.png", plain(0));
    put(train / "ant" / "c.png", plain(2));
    put(test / "ant" / "z.png", plain(3));
    put(test / "cat" / "z.png", plain(4));
  }
  std::string path() const { return folder.path().string(); }
  void refused(Split split, const std::string& message) const {
    CHECK_THROWS_WITH_AS(read_png_folder(folder.path(), split), (path() + message).c_str(), Error);
  }

  TemporaryFolder folder;
  fs::path train = folder / "train", test = folder / "test";
};

}  // namespace

TEST_CASE("classes are the sorted folders, images are sorted by name within them") {
  const Pictures pictures;
  write_file(pictures.train / "cat" / "notes.txt", "not a picture");
  write_file(pictures.train / "list.txt", "no class");
  const Dataset train = load(pictures.path(), Split::train), test = load(pictures.path(), Split::test);
  CHECK(train.name == pictures.path());
  CHECK(train.class_names == std::vector<std::string>{"ant", "cat"});
  CHECK(train.classes == 2);
  CHECK(train.labels == std::vector<int>{0, 1, 1});
  CHECK(train.size() == 3);
  CHECK(train.images.height == 2);
  CHECK(train.images.width == 3);
  CHECK(train.images.channels == 3);
  for (const auto& [image, value] : {std::pair{0, 2}, {1, 0}, {2, 1}})
    CHECK(train.images.image(image)[17] == value);
  CHECK(test.class_names == train.class_names);
  CHECK(test.labels == std::vector<int>{0, 1});
  CHECK(test.images.image(1)[0] == 4);
}

TEST_CASE("what is hidden is neither a class nor a picture, in one split or both") {
  const Pictures pictures;
  put(pictures.train / ".ipynb_checkpoints" / "a.png", plain(9));
  write_file(pictures.train / "cat" / "._a.png", "of another system");
  fs::create_directory(pictures.test / ".git");
  fs::create_symlink("loop", pictures.train / "loop");
  const Dataset train = load(pictures.path(), Split::train);
  CHECK(train.class_names == std::vector<std::string>{"ant", "cat"});
  CHECK(train.size() == 3);
  CHECK(train.class_counts() == std::vector<Index>{1, 2});
  CHECK(load(pictures.path(), Split::test).size() == 2);
}

TEST_CASE("pictures of another size, gray among coloured ones or of 16 bits are refused by name") {
  const Pictures pictures;
  const std::string but =
      ", but " + pictures.path() + "/train/ant/c.png is 2 x 3 RGB: all pictures must be alike";
  const fs::path odd = pictures.train / "cat" / "odd.png";
  put(odd, plain(0, 3, 2));
  pictures.refused(Split::train, "/train/cat/odd.png is 3 x 2 RGB" + but);
  put(odd, plain(0, 2, 3, 1));
  pictures.refused(Split::train, "/train/cat/odd.png is 2 x 3 gray" + but);
  write_file(odd, test::sixteen_bit_png());
  pictures.refused(Split::train, "/train/cat/odd.png: has 16 bits a channel, only 8 are read");
  CHECK_NOTHROW(read_png_folder(pictures.folder.path(), Split::test));
  put(pictures.test / "ant" / "odd.png", plain(0, 1, 1));
  pictures.refused(Split::test, "/test/ant/odd.png is 1 x 1 RGB" + but);
}

TEST_CASE("a split without pictures, without classes or with classes of its own is refused") {
  const Pictures pictures;
  put(pictures.test / "dog" / "a.png", plain(0));
  for (const Split split : {Split::train, Split::test})
    pictures.refused(split, ": train and test must have the same classes, but only one has dog");
  fs::remove_all(pictures.test);
  CHECK_THROWS_WITH_AS(
      read_png_folder(pictures.folder.path(), Split::train),
      text("cannot read the folder ", pictures.test.string(), ": No such file or directory").c_str(), Error);
  fs::create_directory(pictures.test);
  pictures.refused(Split::train, "/test: there is no folder of a class in it");
  fs::create_directories(pictures.test / "ant");
  fs::create_directories(pictures.test / "cat");
  pictures.refused(Split::test, "/test: there is no .png file in the folders of its classes");
  CHECK_NOTHROW(read_png_folder(pictures.folder.path(), Split::train));
}
