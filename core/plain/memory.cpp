// Buffers from the system, each given back as soon as its last handle is gone.
#include <voronet/core/error.h>
#include <voronet/core/memory.h>

#include <algorithm>
#include <new>

namespace voronet::memory {
namespace {

constexpr std::align_val_t alignment{64};

std::atomic<std::int64_t> live_buffers = 0, live_bytes = 0, allocations = 0;

struct GiveBack {
  std::size_t bytes;
  std::uint64_t version = 0;
  void operator()(std::byte* start) const {
    ::operator delete(start, alignment);
    --live_buffers;
    live_bytes -= static_cast<std::int64_t>(bytes);
  }
};

}  // namespace

std::shared_ptr<std::byte> allocate(std::size_t bytes) {
  bytes = std::max<std::size_t>(bytes, 1);
  void* const start = bytes <= PTRDIFF_MAX ? ::operator new(bytes, alignment, std::nothrow) : nullptr;
  require(start != nullptr, "memory: no room for ", bytes, " bytes");
  ++live_buffers;
  ++allocations;
  live_bytes += static_cast<std::int64_t>(bytes);
  return {static_cast<std::byte*>(start), GiveBack{bytes}};
}

std::atomic_ref<std::uint64_t> version(const std::shared_ptr<std::byte>& buffer) {
  return std::atomic_ref(std::get_deleter<GiveBack>(buffer)->version);
}

Statistics statistics() { return {live_buffers, live_bytes, live_bytes, allocations}; }

void release_cached() {}

}  // namespace voronet::memory
