#include <voronet/apps/attack/adversarial_images.h>
#include <voronet/apps/attack/pictures.h>
#include <voronet/core/file.h>
#include <voronet/core/safetensors.h>
#include <voronet/data/npz.h>
#include <voronet/data/png.h>

#include "apps/attack/attack_rows.h"
#include <doctest/doctest.h>

using namespace voronet;
namespace fs = std::filesystem;

namespace {

using Targets = std::vector<std::optional<int>>;
const Shape small = {3, 4, 1};

// A folder with the pictures of these rows after the attack, of which the n-th is n everywhere.
struct Attacked {
  explicit Attacked(const std::vector<AttackRow>& rows) : run{rows} {
    make_folder(folder / "images");
    std::uint8_t value = 0;
    for (const AttackRow& row : rows) {
      data::Images image = small_picture();
      image.pixels.assign(image.pixels.size(), value++);
      data::write_png(picture(folder.path(), row, "after"), image);
    }
    write_adversarial_images(folder.path(), run);
  }
  AdversarialImages read(const char* file) const { return read_adversarial_images(folder / file, small); }

  TemporaryFolder folder;
  AttackRun run;
};

std::string refusal(const fs::path& path) {
  try {
    (void)read_adversarial_images(path, small);
  } catch (const Error& error) {
    const std::string what = error.what();
    CHECK(what.find('\n') == what.npos);
    return what.substr(
        std::min(what.size(), what.find(path.filename().string()) + path.filename().string().size()));
  }
  return "nothing";
}

}  // namespace

TEST_CASE("an attack's flips are written as bytes and floats, with what they are of, and read back") {
  AttackRow targeted = flipped_row();
  targeted.target = 0;
  targeted.index = 12;
  const Attacked attacked({flipped_row(), withstanding_row(), targeted});
  for (const char* file : {"adversarial.npz", "adversarial.safetensors"}) {
    const AdversarialImages read = attacked.read(file);
    CHECK(read.images.shape() == Shape{2, 3, 4, 1});
    CHECK(read.images.at(0) == 0);
    CHECK(read.images.at(12) == 2.0F / 255);
    CHECK(read.indices == std::vector<Index>{7, 12});
    CHECK(read.labels == Targets{1, 1});
    CHECK(read.targets == Targets{{}, 0});
  }
  CHECK(data::read_npz(attacked.folder / "adversarial.npz", {"images"}).at("images").type == "|u1");
  CHECK_FALSE(fs::exists(Attacked({withstanding_row()}).folder / "adversarial.npz"));
}

TEST_CASE("a gradient attack's flips are written as the floats that they are") {
  AttackRow row = flipped_row();
  row.pixels.clear();
  row.perturbation = perturbation(data::to_tensor(small_picture()), std::vector<float>(12, 0.3F));
  const Attacked attacked({row});
  CHECK(data::read_npz(attacked.folder / "adversarial.npz", {"images"}).at("images").type == "<f4");
  for (const char* file : {"adversarial.npz", "adversarial.safetensors"})
    CHECK(attacked.read(file).images.at(5) == 0.3F);
}

TEST_CASE("images without numbers are those of the data set's first, and pictures those of their names") {
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> bytes(24, 51);
  data::write_npz(folder / "f.npz", {{"images", data::npy({2, 3, 4}, bytes)}});
  const AdversarialImages first = read_adversarial_images(folder / "f.npz", small);
  CHECK(first.indices == std::vector<Index>{0, 1});
  CHECK(first.labels == Targets(2));
  CHECK(first.targets == Targets(2));
  CHECK(first.images.shape() == Shape{2, 3, 4, 1});
  CHECK(first.images.at(23) == 0.2F);

  make_folder(folder / "pictures");
  data::write_png(folder / "pictures/b-00017-after-3.png", small_picture());
  data::write_png(folder / "pictures/9.png", small_picture());
  write_file(folder / "pictures/notes.txt", "");
  const AdversarialImages named = read_adversarial_images(folder / "pictures", small);
  CHECK(named.indices == std::vector<Index>{9, 17});
  CHECK(named.images.at(0) == 40.0F / 255);
}

TEST_CASE("files and folders that hold no images, or lie about them, are refused in one line") {
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> bytes(24, 51);
  const auto npz = [&](const char* name, const data::NpyArray& array) {
    data::write_npz(folder / "f.npz", {{"images", data::npy({2, 3, 4}, bytes)}, {name, array}});
    return refusal(folder / "f.npz");
  };
  const auto numbers = [](const std::vector<Index>& values) {
    return data::npy({std::ssize(values)}, values);
  };
  CHECK(npz("indices", numbers({0, 1})) == "nothing");
  CHECK(npz("indices", numbers({0})) == ": indices has shape (1), and there are 2 images");
  CHECK(npz("indices", numbers({0, -1})) == ": indices: -1 of image 1 is no whole number from 0 on");
  CHECK(npz("targets", numbers({-1, -2})) == ": targets: -2 of image 1 is no whole number from -1 on");
  CHECK(npz("labels", data::npy({2}, std::vector<float>{0, 0.5F})) ==
        ": labels: 0.5 of image 1 is no whole number from 0 on");
  CHECK(npz("indices", numbers({0, Index{1} << 40})).ends_with("is no whole number from 0 on"));
  data::write_npz(folder / "f.npz", {{"x", data::npy({2, 3, 4}, bytes)}});
  CHECK(refusal(folder / "f.npz") == " has no array images");
  write_safetensors(folder / "f.safetensors", {{{"x", ones({1})}}, {}});
  CHECK(refusal(folder / "f.safetensors") == " has no tensor images");
  CHECK(refusal(folder / "f.png") ==
        " is neither an .npz nor a .safetensors file, nor a folder of .png files");
  make_folder(folder / "pictures");
  CHECK(refusal(folder / "pictures") == " has no .png files");
  data::write_png(folder / "pictures/after.png", small_picture());
  CHECK(refusal(folder / "pictures")
            .ends_with("after.png has no number in its name that says which image it is of"));
  fs::remove(folder / "pictures/after.png");
  data::write_png(folder / "pictures/1.png", small_picture());
  data::write_png(folder / "pictures/2.png", {1, 1, 1, 1, {0}});
  CHECK(refusal(folder / "pictures").ends_with("2.png is (1, 1, 1), and not as large as 1.png"));
}
