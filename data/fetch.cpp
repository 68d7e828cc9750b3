#include <voronet/core/file.h>
#include <voronet/data/fetch.h>
#include <voronet/data/gzip.h>
#include <voronet/data/md5.h>
#include <voronet/data/process.h>

#include <algorithm>

namespace voronet::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = std::size_t{1} << 30;  // unpacked; none of the known ones comes near

// `hint` says what to do about a wrong file.
void check(const fs::path& path, const DataFile& file, const KnownDataset& dataset, const char* hint) {
  const std::string bytes = read_unpacked(path, largest_file), start = path.string() + " is not the file of ";
  if (file.md5.empty())
    return require(bytes.size() == file.bytes, start, dataset.name, ": it has ", bytes.size(), " bytes, not ",
                   file.bytes, hint);
  const std::string found = md5(bytes);
  require(found == file.md5, start, dataset.name, ": its md5 is ", found, ", not ", file.md5, hint);
}

// Throws Error unless the folder holds every file with the right contents, and all can be read.
void verify(const fs::path& folder, const KnownDataset& dataset, const char* hint = "") {
  for (const DataFile& file : dataset.all_files()) check(file_in(folder, file), file, dataset, hint);
  for (const Split split : {Split::train, Split::test}) read_split(dataset, folder, split);
}

bool has_checksums(const KnownDataset& dataset) {
  return std::ranges::none_of(dataset.all_files(), [](const DataFile& file) { return file.md5.empty(); });
}

// Of a folder whose files the program itself put there, or a package.
constexpr const char* fetch_again = "; remove it and fetch the data set again";

fs::path unpack(const fs::path& path, const Archive& archive, const fs::path& into) {
  const std::string found = md5(read_file(path));
  require(found == archive.md5, path.string(), " is not the canonical archive: its md5 is ", found, ", not ",
          archive.md5);
  run_program({"tar", "-xzf", fs::absolute(path).string()}, into, "on Debian: apt-get install tar gzip");
  return into / archive.folder;
}

void copy(const fs::path& from, const fs::path& to, const KnownDataset& dataset) {
  make_folder(to);
  for (const DataFile& file : dataset.all_files()) {
    const fs::path path = file_in(from, file);
    write_file(to / path.filename(), read_file(path));
  }
}

}  // namespace

Fetched fetch(const KnownDataset& dataset, const fs::path& from) {
  if (const fs::path there = find_folder(dataset); from.empty() && !there.empty()) {
    verify(there, dataset, fetch_again);
    return {there, has_checksums(dataset)};
  }
  const TemporaryFolder temporary;
  fs::path source = from.empty() ? dataset.download(dataset, temporary.path()) : from;
  std::error_code ignored;
  const bool packed = dataset.archive && fs::exists(source / dataset.archive->name, ignored);
  if (packed) source = unpack(source / dataset.archive->name, *dataset.archive, temporary.path());
  verify(source, dataset);
  const fs::path home = data_home() / dataset.name;
  copy(source, home, dataset);
  verify(home, dataset, fetch_again);  // not only the copies: an old plain file would go before a new .gz
  return {home, packed || has_checksums(dataset)};
}

}  // namespace voronet::data
