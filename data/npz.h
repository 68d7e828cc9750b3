// NumPy's .npz files: a zip archive with an array in each NAME.npy (numpy.load, numpy.savez).
#pragma once

#include <voronet/core/error.h>
#include <voronet/core/shape.h>

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace voronet::data {

// An array as a file holds it: its elements in row-major order, as NumPy calls their type: |u1 bytes, <i8
// whole numbers of 64 bits, <f4 floats.
struct NpyArray {
  std::string type;
  Shape shape;
  std::string bytes;

  // Element i in row-major order, of any type that read_npz takes. Throws Error where there is none.
  double at(Index i) const;
};

// A new array; throws Error unless the shape has so many elements.
NpyArray npy(const Shape& shape, std::span<const std::uint8_t> elements);
NpyArray npy(const Shape& shape, std::span<const float> elements);
NpyArray npy(const Shape& shape, std::span<const Index> elements);

// Those of these arrays that the file has, by their names; what else it holds is not looked at. Memory grows
// with what the file really holds, whatever it says. Throws Error, naming the file, when it is no whole zip
// archive, and when one of these arrays is not of whole numbers or floats (f4, f8) in row-major order, or has
// fewer or more bytes than it promises.
std::map<std::string, NpyArray> read_npz(const std::filesystem::path& path,
                                         const std::vector<std::string>& names);

// See write_file. The same arrays always make the same bytes.
void write_npz(const std::filesystem::path& path, const std::map<std::string, NpyArray>& arrays);

}  // namespace voronet::data
