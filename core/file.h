// Whole files: reading, writing that a kill in the middle cannot break, and temporary folders.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace voronet {

// All bytes of a file. Throws Error, naming it, when it cannot be read.
std::string read_file(const std::filesystem::path& path);

// Writes to a temporary name beside `path`, syncs and renames: at every moment `path` is absent, the old
// file, or the whole new one. Throws Error when the folder cannot be written or the disk is full; the old
// file then stays.
void write_file(const std::filesystem::path& path, std::string_view bytes);

// A new empty folder under the system's folder for temporary files, removed with all that it holds at the end
// of life.
class TemporaryFolder {
 public:
  TemporaryFolder();  // throws Error when there is no room for it
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// Makes a folder and those above it, where absent. Throws Error when it cannot.
void make_folder(const std::filesystem::path& path);

}  // namespace voronet
