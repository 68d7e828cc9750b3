#include <voronet/core/error.h>
#include <voronet/core/file.h>
#include <voronet/data/catalogue.h>
#include <voronet/data/fetch.h>
#include <voronet/data/gzip.h>
#include <voronet/data/md5.h>

namespace voronet::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = std::size_t{1} << 30;  // unpacked; none of the known ones comes near

// Throws Error unless the folder holds every file with the right contents.
void verify(const fs::path& folder, const KnownDataset& dataset) {
  for (const DataFile& file : dataset.all_files()) {
    const fs::path path = file_in(folder, file);
    const std::string found = md5(read_unpacked(path, largest_file));
    require(found == file.md5, path.string(), " is not the file of ", dataset.name, ": its md5 is ", found,
            ", not ", file.md5, "; remove it and fetch the data set again");
  }
}

void copy(const fs::path& from, const fs::path& to, const KnownDataset& dataset) {
  std::error_code error;
  fs::create_directories(to, error);
  require(!error, "cannot make the folder ", to.string(), ": ", error.message());
  for (const DataFile& file : dataset.all_files()) {
    const fs::path path = file_in(from, file);
    write_file(to / path.filename(), read_file(path));
  }
}

}  // namespace

fs::path fetch(const std::string& name, const fs::path& from) {
  const KnownDataset& dataset = known_dataset(name);
  if (const fs::path there = find_folder(dataset); from.empty() && !there.empty()) {
    verify(there, dataset);
    return there;
  }
  const TemporaryFolder temporary;
  const fs::path source = from.empty() ? dataset.download(temporary.path()) : from;
  const fs::path home = data_home() / dataset.name;
  verify(source, dataset);
  copy(source, home, dataset);
  verify(home, dataset);  // not only the copies: an old plain file would go before a new .gz
  return home;
}

}  // namespace voronet::data
