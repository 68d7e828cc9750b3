// CIFAR's binary version (A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009):
// files of records without a header, each its label bytes, then 1,024 red, 1,024 green and 1,024 blue bytes
// of an image of 32 x 32, row by row. Plain or gzip-compressed.
#pragma once

#include <voronet/data/images.h>

#include <filesystem>
#include <vector>

namespace voronet::data {

// CIFAR-10: one label byte a record, 0..9. All records of the files, in order, as RGB images h x w x c.
// Throws Error, naming the file, when it is unreadable, empty or no whole number of records, or a label is
// wrong.
LabelledImages read_cifar10(const std::vector<std::filesystem::path>& files);

// CIFAR-100: two label bytes a record, of which the coarse one, 0..19, is only checked; the fine one, 0..99,
// is the label. Throws Error as above.
LabelledImages read_cifar100(const std::vector<std::filesystem::path>& files);

}  // namespace voronet::data
