// Data sets of points: vectors of numbers instead of images, from memory or from a file.
#pragma once

#include <voronet/data/images.h>

#include <filesystem>
#include <string>
#include <vector>

namespace voronet::data {

// Points (n, d) and a label for each. Mean and deviation are those of each of the d values over these points;
// a value that does not vary, as far as floats can tell, has deviation 1. Without names, classes are called
// by their numbers. Throws Error unless all values are finite as floats, n and d are 1 or more, there are two
// classes or more and labels are in 0..classes-1; without names every class must have a point.
Dataset points(std::string name, const Tensor& values, std::vector<int> labels,
               std::vector<std::string> class_names = {});

// Whether the name is one of a .csv file, or of a folder with a file train.csv.
bool is_points(const std::filesystem::path& path);

// One split of a .csv file, or of a folder with train.csv and test.csv. Each line is a point: numbers,
// separated by commas, and its label, which stands in the column that the header calls "label", without such
// a column or without a header in the last one. The first line is a header if none of its fields is a number.
// Labels are whole numbers, 0..classes-1, or names, which are numbered in sorted order.
//
// Of a single file a fifth of each class, drawn at random but always the same, is kept for tests. Mean and
// deviation are always those of the training points. Throws Error, naming the file, when it cannot be read,
// is empty, has lines of unequal length, a value that is no finite number, a line without label, only one
// class, or labels with gaps, and when no class has three points, so that none would be left for tests.
Dataset read_points(const std::filesystem::path& path, Split split);

// The points as such a file, with a header: x0, x1, ..., label.
std::string to_csv(const Dataset& points);

}  // namespace voronet::data
