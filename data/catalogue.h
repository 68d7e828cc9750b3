// The data sets that have a name: what their files are called, how they are read, where they come from.
#pragma once

#include <voronet/data/images.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace voronet::data {

// A file of a data set. It may lie in a folder as `name` or, compressed, as `name`.gz.
struct DataFile {
  std::string name;
  std::string md5 = {};      // of the unpacked bytes, 32 lower-case hexadecimal digits; empty where unknown
  std::uintmax_t bytes = 0;  // unpacked, for files without an md5
};

// A compressed tar file that holds all files of a data set.
struct Archive {
  std::string name, md5;
  std::string folder;  // within the archive, that of the files
};

struct KnownDataset {
  std::string name;
  std::vector<std::string> class_names;
  std::vector<double> mean = {0.5}, deviation = {1};  // see Dataset
  std::vector<DataFile> train, test;
  // The images and labels of one split's files, in the order above; throws Error.
  LabelledImages (*read)(const std::vector<std::filesystem::path>& files);
  // Downloads it into an empty folder; returns the folder in it with the files or the archive. Throws Error.
  std::filesystem::path (*download)(const KnownDataset& dataset, const std::filesystem::path& into);
  std::optional<Archive> archive = {};                     // what is downloaded, if it is one
  std::vector<std::filesystem::path> system_folders = {};  // where packages of the system put the files

  // Those of a split.
  const std::vector<DataFile>& files(Split split) const { return split == Split::train ? train : test; }
  std::vector<DataFile> all_files() const;  // of both splits
};

// All that are known by name.
const std::vector<KnownDataset>& known_datasets();

// Null when there is none of this name.
const KnownDataset* find_dataset(std::string_view name);
// Throws Error, which lists the names, when there is none of this name.
const KnownDataset& known_dataset(std::string_view name);
// The first of whose files some lie in the folder, null if none: MNIST, whose names its relatives share.
const KnownDataset* dataset_like(const std::filesystem::path& folder);

// Where this user's named data sets live: $VORONET_DATA, or ~/.cache/voronet. Throws Error without HOME.
std::filesystem::path data_home();

// The file in the folder, plain or .gz; throws Error if it is neither way there.
std::filesystem::path file_in(const std::filesystem::path& folder, const DataFile& file);

// The folder that holds all files of the data set: in data_home(), else a system folder, else an empty path.
std::filesystem::path find_folder(const KnownDataset& dataset);

// One split of the data set from a folder with its files. Throws Error when one is missing or bad.
LabelledImages read_split(const KnownDataset& dataset, const std::filesystem::path& folder, Split split);

}  // namespace voronet::data
