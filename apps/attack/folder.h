// The folder that an attack leaves: attack.json, attack.csv, report.html, the pictures before and after, heat
// maps, and the flipped images for other tools. While it runs, each row is stored as it comes: a kill
// at any moment loses at most the image in work.
//
// Of an image that takes long, what is found of its pixels is stored as well (apps/attack/unfinished.h).
//
// Several processes may work in one folder, each on its share of the images: each stores its rows in a file
// of its own, rows.jsonl or rows-1.jsonl and so on, and takes over those of all files. The folder is locked
// by who lets them begin (core/folder_lock.h).
#pragma once

#include <voronet/apps/attack/record.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace voronet {

// The model's ordinary forward, of bytes and of floats in [0, 1], (n, h, w, c): what confirms flips.
struct OrdinaryForward {
  Predict bytes;
  std::function<Prediction(const Tensor& images)> floats = {};
};

// The folder within an attack's for images that were begun.
inline constexpr const char* unfinished_images = "unfinished";

class AttackFolder {
 public:
  // Makes the folder. With `resume` it takes over the rows that are there (see finished()), only those of
  // `images` where given, in ascending order; further ones stay stored. `part` is the number of this process.
  // Throws Error when they are of other settings, which it names, when there are any and `resume` is false,
  // or when the folder cannot be written. Rows that do not say which "program" made them, as those of version
  // 0.1, are compared by the settings that they have.
  AttackFolder(std::filesystem::path path, const Json& settings, bool resume,
               const std::optional<std::vector<Index>>& images = {}, Index part = 0);

  const AttackRun& finished() const { return finished_; }  // in the order of the images
  // Those of all rows: the given ones, where "program" also says that rows are of an unknown one.
  const Json& settings() const { return settings_; }

  // Writes a row's pictures, reads the changed one back and has the model confirm what the row says of it (of
  // a gradient attack: of the floats as they are stored), then stores the row. `image` is the picture before.
  // `seconds` is what the row took. Throws Error when the model says something else.
  void add(const AttackRow& row, const data::Images& image, double seconds, const OrdinaryForward& model);

  // Writes attack.json, attack.csv, report.html, and the flips as adversarial.npz and .safetensors
  // (adversarial_images.h).
  void finish(const AttackRecord& record) const;

 private:
  void read_rows(const std::filesystem::path& file, const std::optional<std::vector<Index>>& images,
                 bool& unknown);
  Prediction seen(const AttackRow& row, const data::Images& image, const OrdinaryForward& model) const;

  std::filesystem::path path_, rows_;
  Json settings_;
  AttackRun finished_;
  std::ofstream out_;
};

}  // namespace voronet
