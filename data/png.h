// PNG files: 8 bits a channel; gray or RGB, and RGBA (with opacity) to be written.
#pragma once

#include <voronet/data/images.h>

#include <filesystem>
#include <string>

namespace voronet::data {

// One image (image.count == 1, 1, 3 or 4 channels) as the bytes of a PNG file; each pixel becomes a square of
// `scale` pixels. Throws Error on anything else, scale < 1, or a picture of more than 2^26 pixels.
std::string encode_png(const Images& image, int scale = 1);

// The same into a file (see write_file).
void write_png(const std::filesystem::path& path, const Images& image, int scale = 1);

// A file as one image: gray files with one channel, coloured ones with three. Values are those that the file
// has, whatever it says of how to show them (gamma, colour profiles); transparency is laid over white. Throws
// Error, naming the file, when it is missing, damaged or no PNG, has 16 bits a channel or > 2^26 pixels.
Images read_png(const std::filesystem::path& path);

}  // namespace voronet::data
