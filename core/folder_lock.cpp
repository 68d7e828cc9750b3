#include <voronet/core/file.h>
#include <voronet/core/folder_lock.h>

#include <cerrno>
#include <cstring>
#include <set>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace voronet {
namespace {

using FileId = std::tuple<pid_t, dev_t, ino_t>;  // a child has nothing of its parent's

FileId id_of(int descriptor) {
  struct stat status {};
  fstat(descriptor, &status);
  return {getpid(), status.st_dev, status.st_ino};
}

// What this process has locked; a lock taken twice would wait for itself.
std::set<FileId>& own() {
  static std::set<FileId> files;
  return files;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) {
  make_folder(folder);
  descriptor_ = open((folder / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  require(descriptor_ >= 0, "cannot write into ", folder.string(), ": ", std::strerror(errno));
  const bool ours = own().contains(id_of(descriptor_));
  const bool taken = !ours && flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (ours || taken) close(std::exchange(descriptor_, -1));
  require(!taken, folder.string(),
          " is being written by another process: wait for its end, or choose another --out");
  if (!ours) own().insert(id_of(descriptor_));
}

FolderLock::~FolderLock() {
  if (descriptor_ < 0) return;
  own().erase(id_of(descriptor_));
  close(descriptor_);
}

}  // namespace voronet
