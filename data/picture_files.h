// Files of labelled images as other tools leave them: .npz archives, and the .csv files of those who verify
// networks. All images of such a file are to be tested on, none to train on.
#pragma once

#include <voronet/data/images.h>
#include <voronet/data/npz.h>

#include <filesystem>
#include <optional>
#include <string>

namespace voronet::data {

// Arrays images and labels, or x_test and y_test, or x and y. Images: images_of, whose values are whole
// bytes. Labels: whole numbers (n) or (n, 1), or (n, classes) with one 1 a row. Unless they are of the last
// kind, there may be more classes than the labels tell (Dataset::open_classes). Throws Error, naming the
// file.
Dataset read_npz_images(const std::filesystem::path& path);

// A .csv file is one of images if it has no header, all its fields are whole numbers, and each line is a
// label and then the bytes 0..255 of a square image of 16 x 16 pixels or more, row by row, of colour images
// r, g, b together: so many fields that the number of the others is a square, or three times one.
struct CsvImages {
  std::optional<Dataset> set;  // nothing: the file is to be read as points (points.h)
  std::string why_not;         // what is to be said if it is none of points either
};
// Throws Error, naming the file, when it cannot be read, and where one cannot tell whether the labels are in
// the first or, as of points, in the last column: where the last holds 0..classes-1 without gaps, or only the
// last varies.
CsvImages read_csv_images(const std::filesystem::path& path);

// Whether they can be the data of a network of so many classes: as many, or more if they are open.
bool may_have_classes(const Dataset& set, Index count);
// Makes open classes so many, which are then called by their numbers. Throws Error unless it may have them.
void close_classes(Dataset& set, Index count);

// An array (n, h, w), (n, h, w, c) or (n, c, h, w) as networks take it, (n, h, w, c): bytes as to_tensor has
// them, floats as they are. c, 1 or 3, must tell which of the last two it is, unless an image's (h, w, c)
// is known. Throws Error, beginning with `where`, on other shapes and types.
Tensor images_of(const NpyArray& array, const std::string& where, const std::optional<Shape>& image = {});
Tensor images_of(const Tensor& array, const std::string& where, const std::optional<Shape>& image = {});

// The byte that a float in [0, 1] stands for, as to_tensor makes it; nothing for one between two.
std::optional<std::uint8_t> byte_of(float value);

}  // namespace voronet::data
