// Reading what nobody knows the length of before it ends.
#pragma once

#include <voronet/core/file.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>

namespace voronet::data {

// The next bytes of what a file holds packed, at most `most` of them. read(to, bytes) writes up to so many
// and says how many, 0 at the end. Each piece is as long as all before it, within `shortest` and `longest`,
// so that memory grows with what there is. Throws Error, naming the file, when that is more than this machine
// has.
template <class Read>
std::string read_pieces(const std::filesystem::path& path, std::size_t most, const Read& read) {
  constexpr std::size_t shortest = std::size_t{1} << 12, longest = std::size_t{1} << 20;
  std::string bytes;
  while (bytes.size() < most) {
    const std::size_t before = bytes.size();
    const std::size_t wanted = std::min(std::clamp(before, shortest, longest), most - before);
    if (bytes.capacity() < before + wanted) require_memory(path, 3 * before);  // it moves, to twice the room
    bytes.resize(before + wanted);
    const std::size_t got = read(bytes.data() + before, wanted);
    bytes.resize(before + got);
    if (got == 0) break;
  }
  return bytes;
}

}  // namespace voronet::data
