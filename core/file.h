// Whole files: reading with a bound, and writing that a kill in the middle cannot break.
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

}  // namespace voronet
