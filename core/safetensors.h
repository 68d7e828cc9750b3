// Reading and writing safetensors files (dtypes F32 and F64; F16 and BF16 are read, as f32, and I64, as f64):
// an 8-byte length, a JSON header, the raw elements.
#pragma once

#include <voronet/core/tensor.h>

#include <filesystem>
#include <map>
#include <string>

namespace voronet {

struct TensorFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

// Throws Error, naming the file and what is wrong, for a missing or truncated file, a header that is not
// valid or longer than the file, an unknown dtype, and offsets that overlap, leave the file or do not fit the
// shape. No length in the file is trusted before it is checked against the file's size.
TensorFile read_safetensors(const std::filesystem::path& path);

// Writes as write_file (core/file.h) does, with its guarantees. Throws Error when the folder cannot be
// written or the disk is full, and for names that are not UTF-8.
void write_safetensors(const std::filesystem::path& path, const TensorFile& file);

}  // namespace voronet
