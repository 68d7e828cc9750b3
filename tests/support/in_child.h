// Tests in a child process, whose limits, user and failures are its own; and files that are too large to be
// read.
#pragma once

#include <voronet/core/error.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace voronet::test {

// The message of the Error that body throws in a child process, whose limits and user may be changed.
inline std::string error_in_child(const std::function<void()>& body) {
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

// From now on this process gets no more than so many bytes of memory.
inline void limit_memory(std::uint64_t more_bytes) {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t bytes = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) + more_bytes;
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_AS, &limit);
}

// A terabyte that begins with these bytes and goes on with zeros, of which the disk holds none.
inline constexpr std::uintmax_t terabyte = std::uintmax_t{1} << 40;
inline void write_terabyte(const std::filesystem::path& path, const std::string& start) {
  std::ofstream(path, std::ios::binary) << start;
  std::filesystem::resize_file(path, terabyte);
}

}  // namespace voronet::test
