#include <voronet/apps/cli/error_line.h>

#include <algorithm>
#include <filesystem>
#include <new>
#include <stdexcept>

namespace voronet {

std::string error_line(const std::exception& error) {
  std::string line = error.what();
  if (const auto* at = dynamic_cast<const std::filesystem::filesystem_error*>(&error))
    line = "cannot use " + at->path1().string() + ": " + at->code().message();
  else if (dynamic_cast<const std::bad_alloc*>(&error) || dynamic_cast<const std::length_error*>(&error))
    line = "not enough memory: this asks for more than there is";
  std::ranges::replace(line, '\n', ' ');
  return line;
}

}  // namespace voronet
