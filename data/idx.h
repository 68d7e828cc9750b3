// IDX files, the format of MNIST and its relatives: four magic bytes (0, 0, 8 for unsigned bytes, number of
// dimensions), each dimension as a big-endian 32-bit number, the elements. Plain or gzip-compressed.
#pragma once

#include <voronet/data/images.h>

#include <filesystem>
#include <vector>

namespace voronet::data {

// A file of three dimensions n x h x w as gray images. Throws Error, naming the file, when it cannot be read,
// is no such file, or holds fewer or more bytes than its header promises. Nothing is allocated on its word.
Images read_idx_images(const std::filesystem::path& path);

// A file of one dimension as labels. Throws Error as above, and on a label outside 0..classes-1.
std::vector<int> read_idx_labels(const std::filesystem::path& path, int classes);

// One split of MNIST or a relative: the file of images, then that of their labels, which have ten classes.
// Throws Error as above, and when the numbers of images and labels differ.
LabelledImages read_mnist(const std::vector<std::filesystem::path>& files);

}  // namespace voronet::data
