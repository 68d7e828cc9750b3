#include <voronet/core/error.h>
#include <voronet/core/memory.h>

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <new>
#include <utility>

#include <sys/mman.h>

namespace voronet::memory {
namespace {

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

// Buffers come in eight capacities a power of two, and in multiples of 64 bytes up to 512, so that nearly
// equal sizes share buffers and at most an eighth is wasted. Capacities are told by their numbers, from 0 on.
constexpr int a_doubling = 8;

constexpr int capacity_for(std::size_t bytes) {
  const std::size_t last = std::max<std::size_t>(bytes, 1) - 1;
  if (last < 512) return static_cast<int>(last / 64);
  const int power = static_cast<int>(std::bit_width(last)) - 1;
  return (power - 9) * a_doubling + static_cast<int>(last >> (power - 3));
}

constexpr std::size_t bytes_of(int capacity) {
  const int doublings = std::max(0, capacity / a_doubling - 1);
  return static_cast<std::size_t>(capacity - doublings * a_doubling + 1) * 64 << doublings;
}

constexpr std::size_t most_bytes = PTRDIFF_MAX / 2;  // rounded up, it can still be counted
constexpr int largest_capacity = capacity_for(most_bytes);

// Small pages cost a large buffer a fault each at first, and much of the processor's address cache after.
constexpr std::size_t huge_page = std::size_t{2} << 20, huge_from = 4 * huge_page;

std::align_val_t alignment_of(int capacity) {
  return std::align_val_t{bytes_of(capacity) < huge_from ? 64 : huge_page};
}

// A free buffer holds the list that it is on, so that to give one back needs no memory.
struct FreeBuffer {
  FreeBuffer* next;
};

struct Buffer {
  explicit operator bool() const { return start != nullptr; }
  void* start = nullptr;
  int capacity = 0;
};

class FreeBuffers {
 public:
  void put(Buffer buffer) {
    FreeBuffer*& first = first_[buffer.capacity];
    first = new (buffer.start) FreeBuffer{first};
    bytes_ += bytes_of(buffer.capacity);
  }
  // The last one put of the smallest capacity that there is, from first to last.
  Buffer take(int first, int last) {
    for (int capacity = first; capacity <= last; ++capacity)
      if (FreeBuffer*& buffer = first_[capacity]; buffer != nullptr) {
        bytes_ -= bytes_of(capacity);
        return {std::exchange(buffer, buffer->next), capacity};
      }
    return {};
  }
  // Calls f with each buffer, and holds none afterwards.
  template <class F>
  void empty(const F& f) {
    for (int capacity = 0; bytes_ > 0; ++capacity)
      while (const Buffer buffer = take(capacity, capacity)) f(buffer);
  }
  std::size_t bytes() const { return bytes_; }

 private:
  std::array<FreeBuffer*, largest_capacity + 1> first_ = {};
  std::size_t bytes_ = 0;
};

// What one thread took and has back, from whatever thread had it last: it takes that again first, which lies
// in its cache, and rarely waits for others. A shelf outlives its thread and serves a later one.
struct alignas(128) Shelf {
  // Larger buffers are worth the wait, and more does not stay in a cache.
  static constexpr std::size_t largest = std::size_t{1} << 20, most = std::size_t{4} << 20;

  void count(std::int64_t buffers, int capacity) {
    live_buffers += buffers;
    live_bytes += buffers * static_cast<std::int64_t>(bytes_of(capacity));
  }

  std::mutex mutex;  // for all below
  FreeBuffers free;
  std::int64_t live_buffers = 0, live_bytes = 0;
  bool in_use = true;  // this and next belong to the pool
  Shelf* next = nullptr;
};

// What all threads share. A thread that has a shelf's lock does not ask for the pool's.
class Pool {
 public:
  // Of this capacity, or up to four times as large rather than from the system: a smaller last batch of an
  // epoch then lives in what the others left, although not each of its buffers finds the one of its own
  // place. Null when the system has no more, although it got back all free buffers.
  Buffer take(int capacity, Shelf& shelf) {
    const std::lock_guard lock(mutex_);
    const int last = std::min(capacity + 2 * a_doubling, largest_capacity);
    Buffer buffer = free_.take(capacity, last);
    if (!buffer) {
      const std::lock_guard shelf_lock(shelf.mutex);
      buffer = shelf.free.take(capacity, last);
    }
    if (!buffer) buffer = from_system(capacity);
    if (!buffer) {
      release();
      buffer = from_system(capacity);
    }
    return buffer;
  }

  void put(Buffer buffer) {
    const std::lock_guard lock(mutex_);
    recycling ? free_.put(buffer) : to_system(buffer);
  }
  void empty(Shelf& shelf) {
    const std::lock_guard lock(mutex_), shelf_lock(shelf.mutex);
    shelf.free.empty([this](Buffer buffer) { free_.put(buffer); });
  }

  void release_cached() {
    const std::lock_guard lock(mutex_);
    release();
  }

  // For a thread that has none yet.
  Shelf& shelf() {
    const std::lock_guard lock(mutex_);
    for (Shelf* shelf = shelves_; shelf != nullptr; shelf = shelf->next)
      if (!std::exchange(shelf->in_use, true)) return *shelf;
    auto* const shelf = new (std::nothrow) Shelf;
    if (shelf == nullptr) return common_;
    shelf->next = std::exchange(shelves_, shelf);
    return *shelf;
  }
  // When a thread ends.
  void give_back(Shelf& shelf) {
    empty(shelf);
    const std::lock_guard lock(mutex_);
    shelf.in_use = &shelf == &common_;
  }
  // For what threads still do after their end, and for all that find no memory for one of their own.
  Shelf& common() { return common_; }

  Statistics statistics() {
    const std::lock_guard lock(mutex_);
    Statistics sum{
        .live_buffers = 0, .live_bytes = 0, .held_bytes = held_bytes_, .system_allocations = allocations_};
    for_each_shelf([&](const Shelf& shelf) {
      sum.live_buffers += shelf.live_buffers;
      sum.live_bytes += shelf.live_bytes;
    });
    return sum;
  }

 private:
  template <class F>
  void for_each_shelf(const F& f) {
    for (Shelf* shelf = shelves_; shelf != nullptr; shelf = shelf->next) {
      const std::lock_guard lock(shelf->mutex);
      f(*shelf);
    }
  }

  Buffer from_system(int capacity) {
    const std::size_t bytes = bytes_of(capacity);
    void* const start = ::operator new(bytes, alignment_of(capacity), std::nothrow);
    if (start == nullptr) return {};
#ifdef MADV_HUGEPAGE
    if (bytes >= huge_from) madvise(start, bytes, MADV_HUGEPAGE);  // a wish: it need not succeed
#endif
    held_bytes_ += static_cast<std::int64_t>(bytes);
    ++allocations_;
    return {start, capacity};
  }
  void to_system(Buffer buffer) {
    ::operator delete(buffer.start, alignment_of(buffer.capacity));
    held_bytes_ -= static_cast<std::int64_t>(bytes_of(buffer.capacity));
  }
  void release() {
    free_.empty([this](Buffer buffer) { to_system(buffer); });
    for_each_shelf([this](Shelf& shelf) { shelf.free.empty([this](Buffer buffer) { to_system(buffer); }); });
  }

  std::mutex mutex_;  // for all below
  FreeBuffers free_;
  Shelf common_;
  Shelf* shelves_ = &common_;
  std::int64_t held_bytes_ = 0, allocations_ = 0;
};

Pool& pool() {
  static Pool* const instance = new Pool;  // never destroyed: tensors in static variables may outlive main
  return *instance;
}

thread_local Shelf* own = nullptr;

struct ThreadEnd {
  ~ThreadEnd() { pool().give_back(*std::exchange(own, &pool().common())); }
};

Shelf& own_shelf() {
  if (own == nullptr) {
    thread_local const ThreadEnd at_end;
    own = &pool().shelf();
  }
  return *own;
}

void give_back(Buffer buffer, int asked, Shelf& shelf) {
  const bool keeps = recycling && bytes_of(buffer.capacity) <= Shelf::largest;
  bool full = false;
  {
    const std::lock_guard lock(shelf.mutex);
    shelf.count(-1, asked);
    if (keeps) shelf.free.put(buffer);
    full = shelf.free.bytes() > Shelf::most;
  }
  if (!keeps) pool().put(buffer);
  if (full) pool().empty(shelf);  // all of it, or what this thread never takes would stay
}

struct GiveBack {
  int held, asked;  // capacities
  Shelf* shelf;     // of the thread that took it
  std::uint64_t version = 0;
  void operator()(std::byte* start) const { give_back({start, held}, asked, *shelf); }
};

Buffer take(int capacity, Shelf& shelf) {
  {
    const std::lock_guard lock(shelf.mutex);
    shelf.count(1, capacity);
    if (const Buffer buffer = shelf.free.take(capacity, capacity)) return buffer;
  }
  const Buffer buffer = pool().take(capacity, shelf);
  if (!buffer) {
    const std::lock_guard lock(shelf.mutex);
    shelf.count(-1, capacity);
  }
  return buffer;
}

}  // namespace

std::shared_ptr<std::byte> allocate(std::size_t bytes) {
  require(bytes <= most_bytes, "memory: no room for ", bytes, " bytes");
  const int capacity = capacity_for(bytes);
  Shelf& shelf = own_shelf();
  const Buffer buffer = take(capacity, shelf);
  require(bool(buffer), "memory: no room for ", bytes, " bytes");
  return {static_cast<std::byte*>(buffer.start), GiveBack{buffer.capacity, capacity, &shelf}};
}

std::atomic_ref<std::uint64_t> version(const std::shared_ptr<std::byte>& buffer) {
  return std::atomic_ref(std::get_deleter<GiveBack>(buffer)->version);
}

Statistics statistics() { return pool().statistics(); }

void release_cached() { pool().release_cached(); }

}  // namespace voronet::memory
