#include <voronet/data/datasets.h>
#include <voronet/data/picture_files.h>
#include <voronet/data/png_folder.h>
#include <voronet/data/points.h>

namespace voronet::data {
namespace {

namespace fs = std::filesystem;

Dataset load_known(const KnownDataset& dataset, const fs::path& folder, const std::string& name,
                   Split split) {
  auto [images, labels] = read_split(dataset, folder, split);
  const std::vector<std::string>& names = dataset.class_names;
  return {name,  std::move(images), std::move(labels), static_cast<int>(names.size()),
          names, dataset.mean,      dataset.deviation};
}

Dataset load_folder(const fs::path& folder, Split split) {
  if (const KnownDataset* dataset = dataset_like(folder))
    return load_known(*dataset, folder, folder.string(), split);
  require(
      is_png_folder(folder), folder.string(),
      " holds no data set: neither the four files of MNIST's format, nor the binary files of CIFAR-10 or "
      "CIFAR-100, nor folders of pictures, train/CLASS/*.png and test/CLASS/*.png, nor points, train.csv and "
      "test.csv");
  return read_png_folder(folder, split);
}

Dataset for_tests(Dataset set, Split split) {
  require(split == Split::test, set.name, ": all of its images are to be tested on, none to train on");
  return set;
}

// A file of images or of points.
Dataset load_csv(const fs::path& path, Split split) {
  CsvImages images = read_csv_images(path);
  if (images.set) return for_tests(std::move(*images.set), split);
  try {
    return read_points(path, split);
  } catch (const Error& error) {
    throw Error(error.what() + images.why_not);
  }
}

// The file that says of which size the images of a split are, as far as there is one for all.
std::string source_of(const std::string& name_or_folder, Split split) {
  std::error_code ignored;
  const KnownDataset* dataset = find_dataset(name_or_folder);
  const fs::path folder = dataset ? find_folder(*dataset) : fs::path(name_or_folder);
  if (!dataset && fs::is_directory(folder, ignored)) dataset = dataset_like(folder);
  return dataset ? file_in(folder, dataset->files(split).front()).string() : name_or_folder;
}

}  // namespace

Splits load_both(const std::string& name_or_folder) {
  Splits both{load(name_or_folder, Split::train), load(name_or_folder, Split::test)};
  const Shape train = both.train.input_shape(), test = both.test.input_shape();
  require(train == test, source_of(name_or_folder, Split::test), ": ", both.test.unit(), " to test on are ",
          test, ", those of ", source_of(name_or_folder, Split::train), " to train on are ", train);
  return both;
}

Split split_named(const std::string& word) {
  require(word == "train" || word == "test", "data: no split is called ", word, "; there are train, test");
  return word == "train" ? Split::train : Split::test;
}

Dataset load(const std::string& name_or_folder, Split split) {
  std::error_code ignored;
  const fs::path path = name_or_folder;
  const bool named = find_dataset(name_or_folder) != nullptr, folder_given = fs::is_directory(path, ignored);
  if (!named && !folder_given && path.extension() == ".npz") return for_tests(read_npz_images(path), split);
  if (!named && !folder_given && path.extension() == ".csv") return load_csv(path, split);
  if (!named && is_points(path)) return read_points(path, split);
  if (!named && folder_given) return load_folder(path, split);
  const KnownDataset& dataset = known_dataset(name_or_folder);
  const fs::path folder = find_folder(dataset);
  require(!folder.empty(), "data set ", dataset.name, " is not on this machine: run `voronet data ",
          dataset.name, "`");
  return load_known(dataset, folder, dataset.name, split);
}

}  // namespace voronet::data
