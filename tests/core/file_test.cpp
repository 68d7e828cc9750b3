#include <voronet/core/error.h>
#include <voronet/core/file.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "support/in_child.h"
#include "support/sanitized.h"
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace voronet;
using namespace voronet::test;
namespace fs = std::filesystem;

namespace {

auto files_in(const fs::path& folder) { return std::distance(fs::directory_iterator(folder), {}); }

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

TEST_CASE("a file that no memory holds is refused by its name before it is read") {
  const TemporaryFolder folder;
  write_terabyte(folder / "f", "x");
  const std::string start = "cannot read " + (folder / "f").string() + ": too large, 1099511627776 bytes ";
  try {
    (void)read_file(folder / "f");
    FAIL_CHECK("it was read");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).starts_with(start + "do not fit into this machine's memory of "));
  }
  CHECK_THROWS_WITH_AS(read_file(folder / "f", 1000), (start + "of at most 1000").c_str(), Error);
}

TEST_CASE("a file for which memory does not suffice is named" * doctest::skip(sanitized)) {
  const TemporaryFolder folder;
  std::ofstream(folder / "f") << 'x';
  fs::resize_file(folder / "f", std::uintmax_t{1} << 30);
  const std::string message = error_in_child([&] {
    limit_memory(std::uint64_t{1} << 26);
    (void)read_file(folder / "f");
  });
  CHECK(message == "cannot read " + (folder / "f").string() + ": too large for the memory that is left");
}

TEST_CASE("a part of a file is read where it lies, and none beyond its end") {
  const TemporaryFolder folder;
  write_file(folder / "f", "0123456789");
  InputFile file(folder / "f");
  CHECK(file.size() == 10);
  CHECK(file.read(8, 2) == "89");
  CHECK(file.read(0, 3) == "012");
  CHECK_THROWS_WITH_AS(file.read(8, 3),
                       ("cannot read " + (folder / "f").string() + ": it ended early").c_str(), Error);
  CHECK(file.read(1, 1) == "1");
}

TEST_CASE("writing through links writes what they point to, there or not, and leaves them links") {
  const TemporaryFolder folder;
  make_folder(folder / "a");
  make_folder(folder / "b");
  write_file(folder / "a/f", "old");
  fs::create_symlink("../a/f", folder / "b/relative");
  fs::create_symlink(folder / "b/relative", folder / "absolute");
  fs::create_symlink("a/new", folder / "dangling");
  write_file(folder / "absolute", "new");
  write_file(folder / "dangling", "made");
  for (const char* link : {"b/relative", "absolute", "dangling"}) CHECK(fs::is_symlink(folder / link));
  CHECK_FALSE(fs::is_symlink(folder / "a/f"));
  CHECK(read_file(folder / "a/f") == "new");
  CHECK(read_file(folder / "a/new") == "made");
  CHECK(files_in(folder / "a") == 2);
  CHECK(files_in(folder / "b") == 1);

  fs::create_symlink("loop", folder / "loop");
  CHECK_THROWS_AS(write_file(folder / "loop", "x"), Error);
  CHECK(fs::is_symlink(folder / "loop"));
}

TEST_CASE(
    "what killed writes left is removed by the next process that writes there, what others write is not") {
  const TemporaryFolder folder;
  for (const char* left : {"f.tmp-17-0", "gone.tmp-1-23"}) std::ofstream(folder / left) << "half";
  for (const char* mine : {"f.tmp", "f.tmp-1", "f.tmp-a-1", "f.tmp-1-", "f.tmp--1", "tmp-1-2"})
    std::ofstream(folder / mine) << "whole";
  const int other = open((folder / "f.tmp-18-0").c_str(), O_RDWR | O_CREAT, 0666);
  REQUIRE(flock(other, LOCK_EX) == 0);  // as who writes it does
  write_file(folder / "f", "new");
  CHECK_FALSE(fs::exists(folder / "f.tmp-17-0"));
  CHECK_FALSE(fs::exists(folder / "gone.tmp-1-23"));
  CHECK(fs::exists(folder / "f.tmp-18-0"));
  CHECK(files_in(folder.path()) == 8);
  close(other);
}

TEST_CASE("a killed write is no hindrance to a process of the same number") {
  const TemporaryFolder folder;
  const std::string message = error_in_child([&] {
    for (int i = 0; i < 1000; ++i) std::ofstream(folder / text("f.tmp-", getpid(), '-', i)) << "half";
    write_file(folder / "f", "new");
  });
  CHECK(message == "no error");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("no name and a link to itself are errors, to be read, written or made") {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("loop", folder / "loop");
  for (const std::filesystem::path& path : {std::filesystem::path(), folder / "loop", folder / "loop/in"}) {
    CAPTURE(path.string());
    CHECK_THROWS_AS(read_file(path), Error);
    CHECK_THROWS_AS(write_file(path, "x"), Error);
    CHECK_THROWS_AS(make_folder(path), Error);
  }
}
