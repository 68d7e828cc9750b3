// A data set of one's own, as a folder of pictures: FOLDER/train/CLASS/*.png and FOLDER/test/CLASS/*.png.
#pragma once

#include <voronet/data/images.h>

#include <filesystem>

namespace voronet::data {

// Whether the folder looks like one: it has a folder train or test.
bool is_png_folder(const std::filesystem::path& folder);

// One split. Classes are the names of the subfolders, sorted; images come class by class, sorted by file
// name; files that do not end in .png, and what is hidden (.NAME), are passed over. All pictures of both
// splits have the size of the first one of train, and are gray or RGB as it is. Throws Error, naming file or
// folder, when the splits' classes differ, a picture differs or cannot be read, or a split has none.
Dataset read_png_folder(const std::filesystem::path& folder, Split split);

}  // namespace voronet::data
