#include <voronet/core/error.h>
#include <voronet/core/file.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

namespace voronet {
namespace {

namespace fs = std::filesystem;

// A new file beside the one to be written, under a name that no other process or thread uses. Removed again
// by the destructor unless it was renamed.
class Temporary {
 public:
  explicit Temporary(const fs::path& target) : target_(target), name_(target) {
    static std::atomic<int> serial = 0;
    name_ += text(".tmp-", getpid(), '-', serial++);
    descriptor_ = open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    expect(descriptor_ >= 0);
  }
  ~Temporary() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!renamed_) unlink(name_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      expect(written >= 0);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    expect(fsync(descriptor_) == 0);
  }

  void rename() {
    expect(::rename(name_.c_str(), target_.c_str()) == 0);
    renamed_ = true;
  }

 private:
  void expect(bool done) const {
    require(done, "cannot write ", target_.string(), ": ", std::strerror(errno));
  }

  fs::path target_, name_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

// Makes a rename in this folder last through a power failure. Not every file system can do this for a folder,
// and the file is whole either way, so failures don't matter.
void sync_folder(const fs::path& folder) {
  const int descriptor = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

}  // namespace

std::string read_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  require(fs::exists(status), "cannot read ", path.string(), ": ", error.message());
  require(fs::is_regular_file(status), "cannot read ", path.string(),
          ": not a file");  // pipes and devices may not end
  const auto size = fs::file_size(path, error);
  require(!error, "cannot read ", path.string(), ": ", error.message());

  std::ifstream in(path, std::ios::binary);
  require(in.is_open(), "cannot read ", path.string(), ": ", std::strerror(errno));
  std::string bytes(size, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  require(in.gcount() == static_cast<std::streamsize>(size), "cannot read ", path.string(),
          ": it ended early");
  return bytes;
}

void write_file(const fs::path& path, std::string_view bytes) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  require(!fs::exists(status) || fs::is_regular_file(status), "cannot write ", path.string(),
          ": something that is not a file has this name");  // a rename would replace a device like /dev/null
  Temporary temporary(path);
  temporary.write(bytes);
  temporary.rename();
  sync_folder(path.parent_path());
}

TemporaryFolder::TemporaryFolder() {
  std::error_code error;
  std::string name = (fs::temp_directory_path(error) / "voronet-XXXXXX").string();
  require(mkdtemp(name.data()) != nullptr, "cannot make a temporary folder ", name, ": ",
          std::strerror(errno));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error && !fs::is_directory(path)) error = std::make_error_code(std::errc::not_a_directory);
  require(!error, "cannot make the folder ", path.string(), ": ", error.message());
}

}  // namespace voronet
