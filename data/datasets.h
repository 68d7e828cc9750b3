// Labelled images by the name of a data set or from a folder.
#pragma once

#include <voronet/data/catalogue.h>
#include <voronet/data/images.h>

#include <string>

namespace voronet::data {

// One split of a named data set (catalogue.h), or of a folder that holds the four files of MNIST's format and
// names (train-images-idx3-ubyte, t10k-..., plain or .gz), with ten classes. A name goes before a folder of
// that name; write
// ./mnist for the folder. Throws Error when there is no such data set, it is not on this machine, a file is
// missing or bad, or the numbers of images and labels differ.
Dataset load(const std::string& name_or_folder, Split split);

inline Dataset fashion_mnist(Split split) { return load("fashion-mnist", split); }
inline Dataset mnist(Split split) { return load("mnist", split); }

}  // namespace voronet::data
