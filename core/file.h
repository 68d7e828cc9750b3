// Files: reading, writing that a kill in the middle cannot break, and temporary folders.
#pragma once

#include <voronet/core/error.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

namespace voronet {

// A file to be read in parts. All functions throw Error, naming the file, when it cannot be read.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);
  std::uintmax_t size() const { return size_; }  // in bytes, when it was opened
  // Bytes position..position+bytes-1. Throws Error when the file ends before.
  void read(std::uintmax_t position, std::size_t bytes, void* to);
  std::string read(std::uintmax_t position, std::size_t bytes);

 private:
  std::filesystem::path path_;
  std::uintmax_t size_;
  std::ifstream in_;
};

// All bytes of a file. Throws Error, naming it, when it cannot be read, or has more than `most` bytes or than
// this machine's memory can hold.
std::string read_file(const std::filesystem::path& path,
                      std::uintmax_t most = std::numeric_limits<std::uintmax_t>::max());

// Throws Error, naming the file, when so many bytes of it are more than this machine's memory. It is asked
// before they are read: the system may promise memory that it doesn't have, and end the program later.
void require_memory(const std::filesystem::path& path, std::uintmax_t bytes);

// What read() returns, or an Error that names the file (or folder) when there is not enough memory for it.
template <class Read>
auto within_memory(const std::filesystem::path& path, const Read& read) {
  try {
    return read();
  } catch (const std::bad_alloc&) {
    throw Error(text("cannot read ", path.string(), ": too large for the memory that is left"));
  } catch (const std::length_error&) {
    throw Error(text("cannot read ", path.string(), ": too large for any memory"));
  }
}

// Writes to a temporary name beside `path`, syncs and renames: at every moment `path` is absent, the old
// file, or the whole new one. A link stays one, and what it points to is written so. Throws Error when the
// folder cannot be written or the disk is full; the old file then stays. What killed writes left there goes.
void write_file(const std::filesystem::path& path, std::string_view bytes);

// A new folder under the system's for temporary files, removed with all that it holds at the end of life.
class TemporaryFolder {
 public:
  TemporaryFolder();  // throws Error when there is no room for it
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }  // the folder
  // What has this name in it.
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// Makes a folder and those above it, where absent. Throws Error when it cannot.
void make_folder(const std::filesystem::path& path);

}  // namespace voronet
