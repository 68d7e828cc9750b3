#include <voronet/apps/attack/adversarial_images.h>
#include <voronet/apps/attack/pictures.h>
#include <voronet/core/safetensors.h>
#include <voronet/data/npz.h>
#include <voronet/data/picture_files.h>
#include <voronet/data/png.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace voronet {
namespace {

namespace fs = std::filesystem;

Tensor tensor_of(const std::vector<Index>& numbers) {
  return from({numbers.begin(), numbers.end()}, {std::ssize(numbers)}, Dtype::f64);
}

const Shape& shape_of(const Tensor& tensor) { return tensor.shape(); }
const Shape& shape_of(const data::NpyArray& array) { return array.shape; }

// The whole numbers that an array holds, from `least` on, one for each of n images; `where` names it.
template <class Array>
std::vector<Index> whole_numbers(const Array& array, Index n, Index least, const std::string& where) {
  require(shape_of(array) == Shape{n}, where, " has shape ", shape_of(array), ", and there are ", n,
          " images");
  std::vector<Index> numbers;
  for (Index i = 0; i < n; ++i) {
    const double number = array.at(i);
    require(number >= static_cast<double>(least) && number <= std::numeric_limits<int>::max() &&
                number == std::floor(number),
            where, ": ", number, " of image ", i, " is no whole number from ", least, " on");
    numbers.push_back(static_cast<Index>(number));
  }
  return numbers;
}

// Of arrays by their names, which files of this kind call so.
template <class Arrays>
AdversarialImages of_arrays(const Arrays& arrays, const char* kind, const std::string& path,
                            const Shape& image) {
  require(arrays.contains("images"), path, " has no ", kind, " images");
  AdversarialImages all{data::images_of(arrays.at("images"), path, image), {}, {}, {}};
  const Index n = all.images.dim(0);
  const auto numbers = [&](const char* name, Index least) {
    const auto found = arrays.find(name);
    return found == arrays.end() ? std::vector<Index>()
                                 : whole_numbers(found->second, n, least, text(path, ": ", name));
  };
  all.indices = numbers("indices", 0);
  if (all.indices.empty())
    for (Index i = 0; i < n; ++i) all.indices.push_back(i);
  all.labels.resize(all.indices.size());
  all.targets.resize(all.indices.size());
  const auto labels = numbers("labels", 0), targets = numbers("targets", -1);
  for (std::size_t i = 0; i < labels.size(); ++i) all.labels[i] = static_cast<int>(labels[i]);
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (targets[i] >= 0) all.targets[i] = static_cast<int>(targets[i]);
  return all;
}

void append(data::Images& images, const data::Images& one) {
  images = {images.count + 1, one.height, one.width, one.channels, std::move(images.pixels)};
  images.pixels.insert(images.pixels.end(), one.pixels.begin(), one.pixels.end());
}

Index number_in(const fs::path& file) {
  std::string digits = file.stem().string();
  digits.erase(0, std::min(digits.find_first_of("0123456789"), digits.size()));
  digits.resize(std::min(digits.find_first_not_of("0123456789"), digits.size()));
  const auto number = parse_number<Index>(digits);
  require(number.has_value(), file.string(), " has no number in its name that says which image it is of");
  return *number;
}

AdversarialImages read_folder(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    if (entry->path().extension() == ".png") files.push_back(entry->path());
  require(!error, "cannot read the folder ", folder.string(), ": ", error.message());
  require(!files.empty(), folder.string(), " has no .png files");
  std::ranges::sort(files);
  AdversarialImages all;
  data::Images images;
  for (const fs::path& file : files) {
    const data::Images one = data::read_png(file);
    const Shape size{one.height, one.width, one.channels};
    require(images.count == 0 || size == Shape{images.height, images.width, images.channels}, file.string(),
            " is ", size, ", and not as large as ", files.front().filename().string());
    append(images, one);
    all.indices.push_back(number_in(file));
  }
  all.images = data::to_tensor(images);
  all.labels.resize(files.size());
  all.targets.resize(files.size());
  return all;
}

}  // namespace

AdversarialImages read_adversarial_images(const fs::path& path, const Shape& image) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return read_folder(path);
  if (path.extension() == ".npz")
    return of_arrays(data::read_npz(path, {"images", "indices", "labels", "targets"}), "array", path.string(),
                     image);
  require(path.extension() == ".safetensors", path.string(),
          " is neither an .npz nor a .safetensors file, nor a folder of .png files");
  return of_arrays(read_safetensors(path).tensors, "tensor", path.string(), image);
}

void write_adversarial_images(const std::filesystem::path& folder, const AttackRun& run) {
  data::Images images;
  std::vector<float> floats;
  std::vector<Index> indices, labels, targets;
  for (const AttackRow& row : run.rows) {
    if (!row.flip()) continue;
    const data::Images after = data::read_png(picture(folder, row, "after"));
    if (row.perturbation)
      floats.insert(floats.end(), row.perturbation->image.begin(), row.perturbation->image.end());
    append(images, after);
    indices.push_back(row.index);
    labels.push_back(row.label);
    targets.push_back(row.target.value_or(-1));
  }
  if (indices.empty()) return;
  const Shape n = {images.count}, shape = {images.count, images.height, images.width, images.channels};
  const Tensor tensor =
      floats.empty() ? data::to_tensor(images) : from({floats.begin(), floats.end()}, shape);
  data::write_npz(folder / "adversarial.npz",
                  {{"images", floats.empty() ? data::npy(shape, images.pixels) : data::npy(shape, floats)},
                   {"indices", data::npy(n, indices)},
                   {"labels", data::npy(n, labels)},
                   {"targets", data::npy(n, targets)}});
  write_safetensors(folder / "adversarial.safetensors", {{{"images", tensor},
                                                          {"indices", tensor_of(indices)},
                                                          {"labels", tensor_of(labels)},
                                                          {"targets", tensor_of(targets)}},
                                                         {}});
}

}  // namespace voronet
