#include <voronet/core/file.h>
#include <voronet/data/png.h>
#include <voronet/data/png_folder.h>

#include <algorithm>
#include <iterator>

namespace voronet::data {
namespace {

namespace fs = std::filesystem;

fs::path split_folder(const fs::path& folder, Split split) {
  return folder / (split == Split::train ? "train" : "test");
}

// What the folder holds, sorted, so that every file system gives the same data set. What is hidden, as the
// .ipynb_checkpoints of notebooks and the ._FILE of other systems, is not meant.
std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> all;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    if (!entry->path().filename().string().starts_with('.')) all.push_back(entry->path());
  require(!error, "cannot read the folder ", folder.string(), ": ", error.message());
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> class_names(const fs::path& split) {
  std::vector<std::string> names;
  for (const fs::path& path : entries(split))
    if (std::error_code ignored; fs::is_directory(path, ignored)) names.push_back(path.filename().string());
  require(!names.empty(), split.string(), ": there is no folder of a class in it");
  return names;
}

// The classes of both splits, which must be the same.
std::vector<std::string> common_class_names(const fs::path& folder) {
  const auto train = class_names(split_folder(folder, Split::train)),
             test = class_names(split_folder(folder, Split::test));
  std::vector<std::string> in_one;
  std::set_symmetric_difference(train.begin(), train.end(), test.begin(), test.end(),
                                std::back_inserter(in_one));
  require(in_one.empty(), folder.string(), ": train and test must have the same classes, but only one has ",
          listed(in_one));
  return train;
}

struct Picture {
  fs::path path;
  int label;
};

std::vector<Picture> pictures(const fs::path& split, const std::vector<std::string>& classes) {
  std::vector<Picture> all;
  for (std::size_t label = 0; label < classes.size(); ++label)
    for (const fs::path& path : entries(split / classes[label]))
      if (path.extension() == ".png") all.push_back({path, static_cast<int>(label)});
  require(!all.empty(), split.string(), ": there is no .png file in the folders of its classes");
  return all;
}

std::string described(const Images& image) {
  return text(image.height, " x ", image.width, image.channels == 1 ? " gray" : " RGB");
}

}  // namespace

bool is_png_folder(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_directory(split_folder(folder, Split::train), ignored) ||
         fs::is_directory(split_folder(folder, Split::test), ignored);
}

Dataset read_png_folder(const fs::path& folder, Split split) {
  Dataset set;
  set.name = folder.string();
  set.class_names = common_class_names(folder);
  set.classes = static_cast<int>(set.class_names.size());
  const fs::path first = pictures(split_folder(folder, Split::train), set.class_names).front().path;
  const Images model = read_png(first);
  set.images = {0, model.height, model.width, model.channels, {}};
  for (const auto& [path, label] : pictures(split_folder(folder, split), set.class_names)) {
    const Images image = read_png(path);
    require(described(image) == described(model), path.string(), " is ", described(image), ", but ",
            first.string(), " is ", described(model), ": all pictures must be alike");
    within_memory(folder, [&] {
      set.images.pixels.insert(set.images.pixels.end(), image.pixels.begin(), image.pixels.end());
    });
    set.labels.push_back(label);
    ++set.images.count;
  }
  return set;
}

}  // namespace voronet::data
