#include <voronet/data/datasets.h>
#include <voronet/data/idx.h>

namespace voronet::data {
namespace {

namespace fs = std::filesystem;

// The split of `dataset`'s kind that lies in `folder`.
Dataset load_from(const fs::path& folder, const KnownDataset& dataset, const std::string& name, Split split) {
  const fs::path images = file_in(folder, dataset.files(split).images);
  const fs::path labels = file_in(folder, dataset.files(split).labels);
  const int classes = static_cast<int>(dataset.class_names.size());
  Dataset loaded{name, read_idx_images(images), read_idx_labels(labels, classes), classes,
                 dataset.class_names};
  require(loaded.images.count == static_cast<Index>(loaded.labels.size()), images.string(), " has ",
          loaded.images.count, " images, but ", labels.string(), " has ", loaded.labels.size(), " labels");
  return loaded;
}

}  // namespace

Dataset load(const std::string& name_or_folder, Split split) {
  std::error_code ignored;
  if (!find_dataset(name_or_folder) && fs::is_directory(name_or_folder, ignored))
    return load_from(name_or_folder, known_dataset("mnist"), name_or_folder, split);
  const KnownDataset& dataset = known_dataset(name_or_folder);
  const fs::path folder = find_folder(dataset);
  require(!folder.empty(), "data set ", dataset.name, " is not on this machine: run `voronet data ",
          dataset.name, "`");
  return load_from(folder, dataset, dataset.name, split);
}

}  // namespace voronet::data
