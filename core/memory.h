// Memory for tensors: 64-byte aligned buffers, recycled, so that training asks the system for nothing after
// its first steps. All functions may be called from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace voronet::memory {

// A buffer of at least this many bytes, not initialised, from the free ones if one of up to four times the
// size is among them. It goes back to them when the last handle is gone, on whatever thread. Throws Error
// when the system has no more memory, free buffers included.
std::shared_ptr<std::byte> allocate(std::size_t bytes);

// A number that belongs to an allocated buffer and lives as long: 0 at first, the caller's to raise (tensors
// count in it how often they were opened to be written).
std::atomic_ref<std::uint64_t> version(const std::shared_ptr<std::byte>& buffer);

struct Statistics {
  std::int64_t live_buffers;        // handed out and not yet returned
  std::int64_t live_bytes;          // that were asked for in them, rounded up by at most an eighth
  std::int64_t held_bytes;          // that the process has from the system for buffers, live and free
  std::int64_t system_allocations;  // buffers that had to come from the system, since the program's start
};
// Of all threads together.
Statistics statistics();

// Gives all free buffers back to the system.
void release_cached();

}  // namespace voronet::memory
