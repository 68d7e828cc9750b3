#include <voronet/core/error.h>
#include <voronet/core/memory.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

namespace voronet::memory {
namespace {

constexpr std::align_val_t alignment{64};

// Address sanitizer finds a use after free only if freed buffers really go back.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool recycling = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool recycling = false;
#else
constexpr bool recycling = true;
#endif
#else
constexpr bool recycling = true;
#endif

struct Pool {
  std::mutex mutex;
  std::unordered_map<std::size_t, std::vector<std::byte*>> free_buffers;  // by capacity
  Statistics statistics{};
};

Pool& pool() {
  static Pool* const instance = new Pool;  // never destroyed: tensors in static variables may outlive main
  return *instance;
}

// Rounded up to one of eight steps per power of two, so that nearly equal sizes share buffers and at most an
// eighth is wasted.
std::size_t capacity_for(std::size_t bytes) {
  const std::size_t step = std::max<std::size_t>(64, std::bit_floor(std::max<std::size_t>(bytes, 1)) / 8);
  return (std::max<std::size_t>(bytes, 1) + step - 1) / step * step;
}

void give_back(std::byte* buffer, std::size_t capacity) {
  Pool& p = pool();
  const std::lock_guard lock(p.mutex);
  --p.statistics.live_buffers;
  p.statistics.live_bytes -= static_cast<std::int64_t>(capacity);
  if (recycling)
    p.free_buffers[capacity].push_back(buffer);
  else
    ::operator delete(buffer, alignment);
}

}  // namespace

std::shared_ptr<std::byte> allocate(std::size_t bytes) {
  require(bytes <= PTRDIFF_MAX, "memory: no room for ", bytes, " bytes");  // and rounding up cannot overflow
  const std::size_t capacity = capacity_for(bytes);
  Pool& p = pool();
  std::byte* buffer = nullptr;
  {
    const std::lock_guard lock(p.mutex);
    auto& free_list = p.free_buffers[capacity];
    if (free_list.empty()) {
      buffer = static_cast<std::byte*>(::operator new(capacity, alignment, std::nothrow));
      require(buffer != nullptr, "memory: no room for ", bytes, " bytes");
      ++p.statistics.system_allocations;
    } else {
      buffer = free_list.back();
      free_list.pop_back();
    }
    ++p.statistics.live_buffers;
    p.statistics.live_bytes += static_cast<std::int64_t>(capacity);
    p.statistics.peak_bytes = std::max(p.statistics.peak_bytes, p.statistics.live_bytes);
  }
  return {buffer, [capacity](std::byte* b) { give_back(b, capacity); }};
}

Statistics statistics() {
  const std::lock_guard lock(pool().mutex);
  return pool().statistics;
}

void release_cached() {
  Pool& p = pool();
  const std::lock_guard lock(p.mutex);
  for (auto& [capacity, buffers] : p.free_buffers)
    for (std::byte* buffer : buffers) ::operator delete(buffer, alignment);
  p.free_buffers.clear();
}

}  // namespace voronet::memory
