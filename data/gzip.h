// Files that may be gzip-compressed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace voronet::data {

// The first bytes of a file, at most `limit` of them, unpacked if the file is gzip and as they lie otherwise.
// Memory grows with what the file really holds. Throws Error, naming the file, when it cannot be read, is cut
// short or damaged, or when so much of it is more than this machine's memory can hold.
std::string read_unpacked(const std::filesystem::path& path, std::size_t limit);

}  // namespace voronet::data
