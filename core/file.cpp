#include <voronet/core/file.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <set>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace voronet {
namespace {

namespace fs = std::filesystem;

// A new file beside the one to be written, under a name that no other process or thread uses. Removed again
// by the destructor unless it was renamed. It is locked as long as it is written, so that remove_leftovers
// knows it from one that a kill left.
class Temporary {
 public:
  explicit Temporary(const fs::path& target) : target_(target) {
    static std::atomic<int> serial = 0;
    struct stat status {};
    do {  // once more where it was taken for a leftover before it was locked
      if (descriptor_ >= 0) close(descriptor_);
      name_ = target;
      name_ += text(".tmp-", getpid(), '-', serial++);
      descriptor_ = open(name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      expect(descriptor_ >= 0);
      flock(descriptor_, LOCK_EX);
      expect(fstat(descriptor_, &status) == 0);
    } while (status.st_nlink == 0);
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
    int synced = 0;
    while ((synced = fsync(descriptor_)) != 0 && errno == EINTR) continue;
    expect(synced == 0);
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

// FILE.tmp-PROCESS-NUMBER, as a Temporary is called.
bool is_temporary(const std::string& name) {
  const std::size_t begin = name.rfind(".tmp-"), dash = name.rfind('-');
  return begin != std::string::npos && dash > begin + 5 &&
         parse_number<unsigned>(name.substr(begin + 5, dash - begin - 5)) &&
         parse_number<unsigned>(name.substr(dash + 1));
}

// Removes the temporary files of processes that were killed: those that nobody has locked. Of each folder
// once in the life of a process. What cannot be removed stays: it is in nobody's way.
void remove_leftovers(const fs::path& folder) {
  static std::mutex mutex;
  static std::set<fs::path> seen;
  std::error_code error;
  const std::scoped_lock lock(mutex);
  if (!seen.insert(fs::absolute(folder, error)).second) return;
  for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    if (!is_temporary(file->path().filename()) || !file->is_regular_file(error)) continue;
    const int descriptor = open(file->path().c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) continue;
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) unlink(file->path().c_str());
    close(descriptor);
  }
}

// What the path points to, through any number of links, there or not: a rename would replace the link.
fs::path behind_links(fs::path path) {
  constexpr int most_links = 40;  // as for the system
  std::error_code error;
  for (int links = 0; fs::is_symlink(fs::symlink_status(path, error)); ++links) {
    require(links < most_links, "cannot write ", path.string(), ": ", std::strerror(ELOOP));
    path = path.parent_path() / fs::read_symlink(path, error);
    require(!error, "cannot write ", path.string(), ": ", error.message());
  }
  return path;
}

// Makes a rename in this folder last through a power failure. Not every file system can do this for a folder,
// and the file is whole either way, so failures don't matter.
void sync_folder(const fs::path& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

}  // namespace

InputFile::InputFile(const fs::path& path) : path_(path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  require(fs::exists(status), "cannot read ", path.string(), ": ", error.message());
  require(fs::is_regular_file(status), "cannot read ", path.string(),
          ": not a file");  // pipes and devices may not end
  size_ = fs::file_size(path, error);
  require(!error, "cannot read ", path.string(), ": ", error.message());
  in_.open(path, std::ios::binary);
  require(in_.is_open(), "cannot read ", path.string(), ": ", std::strerror(errno));
}

void InputFile::read(std::uintmax_t position, std::size_t bytes, void* to) {
  in_.clear();
  in_.seekg(static_cast<std::streamoff>(position));
  in_.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes));
  require(in_.gcount() == static_cast<std::streamsize>(bytes), "cannot read ", path_.string(),
          ": it ended early");
}

std::string InputFile::read(std::uintmax_t position, std::size_t bytes) {
  require_memory(path_, bytes);
  return within_memory(path_, [&] {
    std::string all(bytes, '\0');
    read(position, bytes, all.data());
    return all;
  });
}

std::string read_file(const fs::path& path, std::uintmax_t most) {
  InputFile file(path);
  require(file.size() <= most, "cannot read ", path.string(), ": too large, ", file.size(),
          " bytes of at most ", most);
  return file.read(0, file.size());
}

void require_memory(const fs::path& path, std::uintmax_t bytes) {
  const auto memory = static_cast<std::uintmax_t>(sysconf(_SC_PHYS_PAGES)) *
                      static_cast<std::uintmax_t>(sysconf(_SC_PAGESIZE));
  require(bytes <= memory, "cannot read ", path.string(), ": too large, ", bytes,
          " bytes do not fit into this machine's memory of ", memory);
}

void write_file(const fs::path& link, std::string_view bytes) {
  const fs::path path = behind_links(link);
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  require(!fs::exists(status) || fs::is_regular_file(status), "cannot write ", path.string(),
          ": something that is not a file has this name");  // a rename would replace a device like /dev/null
  const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
  remove_leftovers(folder);
  Temporary temporary(path);
  temporary.write(bytes);
  temporary.rename();
  sync_folder(folder);
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
  if (!error && !fs::is_directory(path, error)) error = std::make_error_code(std::errc::not_a_directory);
  require(!error, "cannot make the folder ", path.string(), ": ", error.message());
}

}  // namespace voronet
