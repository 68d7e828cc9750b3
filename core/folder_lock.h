// One process a folder: who writes an output folder locks it first.
#pragma once

#include <filesystem>

namespace voronet {

// Keeps a folder to this process as long as it lives. A process gives it back when it ends, however it ends.
// It may lock a folder again meanwhile, as a cell of an experiment is also a training run's.
//
// The lock (flock) is on an empty file .lock in the folder, which stays there: NFS knows locks of files
// alone, and so keeps out other machines, too. On file systems without locks nobody is refused.
class FolderLock {
 public:
  // Makes the folder where absent. Throws Error when another process has it or it cannot be written.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;  // of .lock; -1: this process has it already
};

}  // namespace voronet
