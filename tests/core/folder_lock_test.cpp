#include <voronet/core/file.h>
#include <voronet/core/folder_lock.h>

#include <csignal>

#include "support/in_child.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;
namespace fs = std::filesystem;

namespace {

std::string lock_in_child(const fs::path& folder) {
  return error_in_child([&] { const FolderLock lock(folder); });
}

}  // namespace

TEST_CASE("a locked folder is refused to other processes, by whatever path, until the lock ends") {
  const TemporaryFolder temporary;
  const fs::path folder = temporary / "a/run";
  const std::string refused =
      " is being written by another process: wait for its end, or choose another --out";
  {
    const FolderLock lock(folder);
    fs::create_directory_symlink(folder, temporary / "link");
    CHECK(lock_in_child(folder) == folder.string() + refused);
    CHECK(lock_in_child(temporary / "link") == (temporary / "link").string() + refused);
    CHECK(lock_in_child(temporary / "a") == "no error");
  }
  CHECK(lock_in_child(folder) == "no error");
}

TEST_CASE("a process may lock a folder that it has locked, which stays so until the first lock ends") {
  const TemporaryFolder temporary;
  const FolderLock outer(temporary.path());
  { const FolderLock inner(temporary / "."); }
  CHECK(lock_in_child(temporary.path()) != "no error");
}

TEST_CASE("a killed process gives its folder back") {
  const TemporaryFolder temporary;
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const FolderLock lock(temporary.path());
    if (write(ready[1], "x", 1) == 1) pause();
    _exit(1);
  }
  char byte;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  CHECK_THROWS_AS(FolderLock{temporary.path()}, Error);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  CHECK_NOTHROW(FolderLock{temporary.path()});
  for (const int end : ready) close(end);
}

TEST_CASE("a folder that cannot be made or written is no folder to lock") {
  const TemporaryFolder temporary;
  write_file(temporary / "file", "");
  CHECK_THROWS_AS(FolderLock(temporary / "file"), Error);
  fs::create_directory(temporary / "folder");
  fs::permissions(temporary / "folder",
                  fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  fs::permissions(temporary.path(), fs::perms::all);
  const std::string message = error_in_child([&] {
    if (geteuid() == 0 && setuid(65534) != 0) return;  // root may write anywhere, nobody may not
    const FolderLock lock(temporary / "folder");
  });
  CHECK(message == "cannot write into " + (temporary / "folder").string() + ": Permission denied");
}
