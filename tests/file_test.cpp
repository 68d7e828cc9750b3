#include <voronet/core/error.h>
#include <voronet/core/file.h>

#include <csignal>
#include <functional>
#include <iterator>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace voronet;
namespace fs = std::filesystem;

namespace {

auto files_in(const fs::path& folder) { return std::distance(fs::directory_iterator(folder), {}); }

// The message of the Error that body throws in a child process, whose limits and user may be changed.
std::string error_in_child(const std::function<void()>& body) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    std::string message = "no error";
    try {
      body();
    } catch (const Error& error) {
      message = error.what();
    }
    _exit(write(ends[1], message.data(), message.size()) == static_cast<ssize_t>(message.size()) ? 0 : 1);
  }
  close(ends[1]);
  std::string message(1000, '\0');
  message.resize(
      static_cast<std::size_t>(std::max<ssize_t>(0, read(ends[0], message.data(), message.size()))));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  return message;
}

}  // namespace

TEST_CASE("what was written is read back, whatever the bytes") {
  const TemporaryFolder folder;
  for (const std::string& bytes : {std::string(), std::string("a\0b\r\n\xff", 6), std::string(100000, 'x')}) {
    write_file(folder / "f", bytes);
    CHECK(read_file(folder / "f") == bytes);
    CHECK(files_in(folder.path()) == 1);
  }
}

TEST_CASE("a file in the current folder needs no folder name") {
  const TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  write_file("f", "here");
  CHECK(read_file("f") == "here");
  fs::current_path(before);
}

TEST_CASE("reading says which file is missing, a folder or unreadable") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(read_file("/nowhere/f"), "cannot read /nowhere/f: No such file or directory", Error);
  CHECK_THROWS_WITH_AS(read_file("/dev/zero"), "cannot read /dev/zero: not a file", Error);
  CHECK_THROWS_AS(read_file(folder.path()), Error);
}

TEST_CASE("writing says why it cannot") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(write_file("/nowhere/f", "x"), "cannot write /nowhere/f: No such file or directory",
                       Error);
  CHECK_THROWS_AS(write_file(folder.path(), "x"), Error);
  CHECK_THROWS_AS(write_file("/dev/full", "x"), Error);
  CHECK(fs::is_character_file("/dev/full"));
}

TEST_CASE("in a folder that may not be written the old file stays") {
  const TemporaryFolder folder;
  write_file(folder / "f", "old");
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_exec);
  const std::string message = error_in_child([&] {
    if (geteuid() == 0 && setuid(65534) != 0) return;  // root may write anywhere, nobody may not
    write_file(folder / "f", "new");
  });
  fs::permissions(folder.path(), fs::perms::owner_all);
  CHECK(message == "cannot write " + (folder / "f").string() + ": Permission denied");
  CHECK(read_file(folder / "f") == "old");
}

TEST_CASE("when the disk is full the old file stays and no temporary is left") {
  const TemporaryFolder folder;
  write_file(folder / "f", "old");
  const std::string message = error_in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};  // a file cannot grow beyond, as on a full disk
    setrlimit(RLIMIT_FSIZE, &limit);
    write_file(folder / "f", std::string(5000, 'x'));
  });
  CHECK(message == "cannot write " + (folder / "f").string() + ": File too large");
  CHECK(read_file(folder / "f") == "old");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a temporary folder goes with what it holds") {
  fs::path path;
  {
    const TemporaryFolder folder, other;
    path = folder.path();
    CHECK(path != other.path());
    fs::create_directories(folder / "a/b");
    write_file(folder / "a/b/f", "x");
  }
  CHECK_FALSE(path.empty());
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a folder is made with those above it, and a file in its place is an error") {
  const TemporaryFolder folder;
  make_folder(folder / "a/b/c");
  make_folder(folder / "a/b");
  CHECK(fs::is_directory(folder / "a/b/c"));
  write_file(folder / "f", "x");
  CHECK_THROWS_AS(make_folder(folder / "f"), Error);
  CHECK_THROWS_AS(make_folder(folder / "f/g"), Error);
}
