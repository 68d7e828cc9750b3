// What a fuzz target does with the bytes that it is given: it hands them to a reader as a file. Whatever the
// reader refuses, it refuses with Error; a crash, a hang, another exception, or memory beyond the limits that
// fuzz.sh sets is a fault.
#pragma once

#include <voronet/core/error.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace voronet::test {

// A file in memory; NAME in /proc, so that a reader opens it as any other.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("fuzz", 0)) {
    require(descriptor_ >= 0, "cannot make a file in memory");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(descriptor_); }

  void write(const std::uint8_t* data, std::size_t size) const {
    require(pwrite(descriptor_, data, size, 0) == static_cast<ssize_t>(size) &&
                ftruncate(descriptor_, static_cast<off_t>(size)) == 0,
            "cannot write a file in memory");
  }
  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

template <class Read>
int refuses_or_reads(const std::uint8_t* data, std::size_t size, const Read& read) {
  static const MemoryFile file;  // one for all runs: to make it takes longer than many a reader
  file.write(data, size);
  try {
    read(file.path());
  } catch (const Error&) {
  }
  return 0;
}

}  // namespace voronet::test

// Defines the target: what is done with the path `file`.
#define VORONET_FUZZ(...)                                                                           \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {               \
    return voronet::test::refuses_or_reads(data, size,                                              \
                                           [](const std::filesystem::path& file) { __VA_ARGS__; }); \
  }
