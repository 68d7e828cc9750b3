// Writing records of CIFAR's binary format.
#pragma once

#include <voronet/core/file.h>
#include <voronet/data/images.h>

#include <string>

namespace voronet::test {

// One record: its label bytes, then the planes of an image of which every byte says where it is.
// Pixel (y, x, c) of image `which` is cifar_byte(which, y, x, c).
inline std::uint8_t cifar_byte(Index which, Index y, Index x, Index c) {
  return static_cast<std::uint8_t>(101 * which + 7 * y + 3 * x + 83 * c);
}

inline std::string cifar_record(const std::string& labels, Index which) {
  std::string record = labels;
  for (Index c = 0; c < 3; ++c)
    for (Index y = 0; y < 32; ++y)
      for (Index x = 0; x < 32; ++x) record += static_cast<char>(cifar_byte(which, y, x, c));
  return record;
}

// The six files of CIFAR-10 with one record each: image and label k in data_batch_k.bin, 0 in test_batch.bin.
inline void write_cifar10_files(const std::filesystem::path& folder) {
  for (int k = 1; k <= 5; ++k)
    write_file(folder / text("data_batch_", k, ".bin"), cifar_record({static_cast<char>(k)}, k));
  write_file(folder / "test_batch.bin", cifar_record(std::string(1, '\0'), 0));
}

}  // namespace voronet::test
