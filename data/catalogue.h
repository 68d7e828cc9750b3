// The data sets that have a name: what their files are called and hash to, and where they come from.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace voronet::data {

enum class Split { train, test };

// A file of a data set. It may lie in a folder as `name` or, compressed, as `name`.gz.
struct DataFile {
  std::string name;
  std::string md5;  // of the unpacked bytes, 32 lower-case hexadecimal digits
};

// The images of one split and their labels.
struct SplitFiles {
  DataFile images, labels;
};

// A data set in four files.

struct KnownDataset {
  std::string name;
  std::vector<std::string> class_names;
  SplitFiles train, test;
  // Downloads into an empty folder and returns the folder within that has the files; throws Error.
  std::filesystem::path (*download)(const std::filesystem::path& into);
  std::vector<std::filesystem::path> system_folders;  // where packages of the system put the files

  std::vector<DataFile> all_files() const { return {train.images, train.labels, test.images, test.labels}; }
  const SplitFiles& files(Split split) const { return split == Split::train ? train : test; }
};

const std::vector<KnownDataset>& known_datasets();

// Null when there is none of this name.
const KnownDataset* find_dataset(const std::string& name);
// Throws Error, which lists the names, when there is none of this name.
const KnownDataset& known_dataset(const std::string& name);

// Where named data sets live: $VORONET_DATA, or ~/.cache/voronet.
std::filesystem::path data_home();

// The file in the folder, plain or .gz; throws Error if it is neither way there.
std::filesystem::path file_in(const std::filesystem::path& folder, const DataFile& file);

// The folder that holds all files of the data set: one in data_home() before those of the system. An empty
// path if none.
std::filesystem::path find_folder(const KnownDataset& dataset);

}  // namespace voronet::data
