#include <voronet/core/file.h>
#include <voronet/data/gzip.h>
#include <voronet/data/pieces.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <zlib.h>

namespace voronet::data {
namespace {

struct Close {
  void operator()(gzFile file) const { gzclose_r(file); }
};

std::string read(const std::filesystem::path& path, std::size_t limit) {
  const std::uintmax_t size = InputFile(path).size();  // it says why a file cannot be read
  const std::unique_ptr<gzFile_s, Close> file(gzopen(path.c_str(), "rb"));
  require(file != nullptr, "cannot read ", path.string(), ": ", std::strerror(errno));
  if (gzdirect(file.get()) != 0) require_memory(path, std::min<std::uintmax_t>(size, limit));

  return read_pieces(path, limit, [&](char* to, std::size_t bytes) {
    const int got = gzread(file.get(), to, static_cast<unsigned>(bytes));
    int status = Z_OK;
    const char* message = gzerror(file.get(), &status);
    require(status != Z_BUF_ERROR, path.string(),
            ": the file is cut short (unexpected end of its gzip data)");
    require(got >= 0 && status == Z_OK, path.string(), ": its gzip data is damaged (",
            status == Z_ERRNO ? std::strerror(errno) : message, ")");
    return static_cast<std::size_t>(got);
  });
}

}  // namespace

std::string read_unpacked(const std::filesystem::path& path, std::size_t limit) {
  return within_memory(path, [&] { return read(path, limit); });
}

}  // namespace voronet::data
