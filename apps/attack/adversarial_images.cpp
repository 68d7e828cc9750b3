#include <voronet/apps/attack/adversarial_images.h>
#include <voronet/apps/attack/pictures.h>
#include <voronet/core/safetensors.h>
#include <voronet/data/npz.h>
#include <voronet/data/picture_files.h>
#include <voronet/data/png.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace voronet {
namespace {

namespace fs = std::filesystem;

Tensor tensor_of(const std::vector<Index>& numbers) {
  return from({numbers.begin(), numbers.end()}, {std::ssize(numbers)}, Dtype::f64);
}

// The whole numbers that an array holds, from `least` on; nothing where there is no such array.
using Numbers = std::function<std::vector<Index>(const char* array, Index least)>;

std::vector<Index> whole_numbers(Index n, const std::function<double(Index)>& at, const Shape& shape,
                                 Index least, const std::string& where) {
  require(shape == Shape{n}, where, " has shape ", shape, ", and there are ", n, " images");
  std::vector<Index> numbers;
  for (Index i = 0; i < n; ++i) {
    const double number = at(i);
    require(number >= static_cast<double>(least) && number <= std::numeric_limits<int>::max() &&
                number == std::floor(number),
            where, ": ", number, " of image ", i, " is no whole number from ", least, " on");
    numbers.push_back(static_cast<Index>(number));
  }
  return numbers;
}

AdversarialImages with_numbers(Tensor images, const Numbers& numbers) {
  AdversarialImages all{std::move(images), numbers("indices", 0), {}, {}};
  if (all.indices.empty())
    for (Index i = 0; i < all.images.dim(0); ++i) all.indices.push_back(i);
  all.labels.resize(all.indices.size());
  all.targets.resize(all.indices.size());
  const auto labels = numbers("labels", 0), targets = numbers("targets", -1);
  for (std::size_t i = 0; i < labels.size(); ++i) all.labels[i] = static_cast<int>(labels[i]);
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (targets[i] >= 0) all.targets[i] = static_cast<int>(targets[i]);
  return all;
}

AdversarialImages read_npz_file(const fs::path& path, const Shape& image) {
  const auto arrays = data::read_npz(path, {"images", "indices", "labels", "targets"});
  require(arrays.contains("images"), path.string(), " has no array images");
  const Tensor images = data::images_of(arrays.at("images"), path.string(), image);
  return with_numbers(images, [&](const char* name, Index least) {
    const auto found = arrays.find(name);
    if (found == arrays.end()) return std::vector<Index>();
    return whole_numbers(
        images.dim(0), [&](Index i) { return found->second.at(i); }, found->second.shape, least,
        text(path.string(), ": ", name));
  });
}

AdversarialImages read_tensor_file(const fs::path& path, const Shape& image) {
  const auto tensors = read_safetensors(path).tensors;
  require(tensors.contains("images"), path.string(), " has no tensor images");
  const Tensor images = data::images_of(tensors.at("images"), path.string(), image);
  return with_numbers(images, [&](const char* name, Index least) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) return std::vector<Index>();
    return whole_numbers(
        images.dim(0), [&](Index i) { return found->second.at(i); }, found->second.shape(), least,
        text(path.string(), ": ", name));
  });
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
    images = {images.count + 1, one.height, one.width, one.channels, std::move(images.pixels)};
    images.pixels.insert(images.pixels.end(), one.pixels.begin(), one.pixels.end());
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
  if (path.extension() == ".npz") return read_npz_file(path, image);
  require(path.extension() == ".safetensors", path.string(),
          " is neither an .npz nor a .safetensors file, nor a folder of .png files");
  return read_tensor_file(path, image);
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
    images = {images.count + 1, after.height, after.width, after.channels, std::move(images.pixels)};
    images.pixels.insert(images.pixels.end(), after.pixels.begin(), after.pixels.end());
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
