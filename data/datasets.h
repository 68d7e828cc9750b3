// Labelled images by the name of a data set or from a folder.
#pragma once

#include <voronet/data/catalogue.h>
#include <voronet/data/images.h>

#include <string>

namespace voronet::data {

// One split of a named data set (catalogue.h), or of a folder, recognised by what it holds:
//   the four files of MNIST's format and names (train-images-idx3-ubyte, t10k-..., plain or .gz), ten
//   classes; the binary files of CIFAR-10 (data_batch_1.bin, ...) or of CIFAR-100 (train.bin, test.bin);
//   pictures, train/CLASS/*.png and test/CLASS/*.png (png_folder.h);
//   points, train.csv and test.csv (points.h);
// or of a single file: points or images in one whose name ends in .csv, images in .npz (picture_files.h).
// A name goes before a folder of that name; write ./mnist for the folder. Throws Error when there is no such
// data set, it is not on this machine, a file is missing or bad, or the numbers of images and labels differ.
Dataset load(const std::string& name_or_folder, Split split);

// Both splits. Throws Error as load does, and when their images (or points) are not of one size.
struct Splits {
  Dataset train, test;
};
Splits load_both(const std::string& name_or_folder);

// "train" or "test", as command lines and files say it. Throws Error for another word.
Split split_named(const std::string& word);

// load() by name.
inline Dataset fashion_mnist(Split split) { return load("fashion-mnist", split); }
inline Dataset mnist(Split split) { return load("mnist", split); }
inline Dataset cifar10(Split split) { return load("cifar10", split); }
inline Dataset cifar100(Split split) { return load("cifar100", split); }

}  // namespace voronet::data
