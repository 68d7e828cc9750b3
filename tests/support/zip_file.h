// Zip archives of files as they are, also of such that no writer of .npz makes.
#pragma once

#include <string>

#include <zlib.h>

namespace voronet::test {

class ZipFile {
 public:
  ZipFile& add(const std::string& name, const std::string& bytes) {
    const std::string about = fields(bytes) + two(name.size()) + two(0);
    directory_ +=
        "PK\1\2" + two(20) + about + two(0) + two(0) + two(0) + four(0) + four(files_.size()) + name;
    files_ += "PK\3\4" + about + name + bytes;
    ++count_;
    return *this;
  }
  std::string bytes() const {
    return files_ + directory_ + "PK\5\6" + two(0) + two(0) + two(count_) + two(count_) +
           four(directory_.size()) + four(files_.size()) + two(0);
  }

 private:
  static std::string two(std::size_t n) { return {static_cast<char>(n), static_cast<char>(n >> 8)}; }
  static std::string four(std::size_t n) { return two(n) + two(n >> 16); }
  // Version, flags, stored, time and date, checksum and both sizes.
  static std::string fields(const std::string& bytes) {
    const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
    return two(20) + two(0) + two(0) + two(0) + two(33) +
           four(crc32(0, data, static_cast<uInt>(bytes.size()))) + four(bytes.size()) + four(bytes.size());
  }

  std::string files_, directory_;
  std::size_t count_ = 0;
};

// An .npy file of this header, as NumPy writes it, and these elements.
inline std::string npy_file(const std::string& header, const std::string& elements) {
  const std::size_t size = header.size();
  return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(size) + static_cast<char>(size >> 8) + header +
         elements;
}
inline std::string npy_header(const std::string& type, const std::string& shape) {
  return "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
}

}  // namespace voronet::test
