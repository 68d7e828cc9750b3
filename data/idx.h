// IDX files, the format of MNIST and its relatives: four magic bytes (0, 0, 8 for unsigned bytes, number of
// dimensions), each dimension as a big-endian 32-bit number, the elements. Plain or gzip-compressed.
#pragma once

#include <voronet/data/images.h>

#include <filesystem>
#include <vector>

namespace voronet::data {

// A file of three dimensions n x h x w as gray images. Throws Error, naming the file, when it cannot be read,
// is no such file, or holds fewer or more bytes than its header promises. Nothing is allocated on the
// header's word.
Images read_idx_images(const std::filesystem::path& path);

// A file of one dimension as labels. Throws Error as above, and on a label outside 0..classes-1.
std::vector<int> read_idx_labels(const std::filesystem::path& path, int classes);

}  // namespace voronet::data
