// Writing a data set as the four IDX files of a folder that `voronet --data FOLDER` reads.
#pragma once

#include <voronet/core/file.h>
#include <voronet/data/images.h>

#include <initializer_list>

namespace voronet::test {

inline std::string idx(std::initializer_list<Index> sizes, const std::string& elements) {
  std::string bytes = {0, 0, 8, static_cast<char>(sizes.size())};
  for (const Index size : sizes)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift);
  return bytes + elements;
}

inline void write_idx_files(const std::filesystem::path& folder, const data::Dataset& train,
                            const data::Dataset& test) {
  for (const auto& [prefix, set] : {std::pair("train", &train), {"t10k", &test}}) {
    const data::Images& images = set->images;
    write_file(
        folder / text(prefix, "-images-idx3-ubyte"),
        idx({images.count, images.height, images.width}, {images.pixels.begin(), images.pixels.end()}));
    write_file(folder / text(prefix, "-labels-idx1-ubyte"),
               idx({images.count}, {set->labels.begin(), set->labels.end()}));
  }
}

}  // namespace voronet::test
