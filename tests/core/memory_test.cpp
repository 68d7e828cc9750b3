#include <voronet/core/error.h>
#include <voronet/core/memory.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <semaphore>
#include <thread>
#include <vector>

#include "support/plain.h"
#include "support/sanitized.h"
#include "support/skip.h"
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("live buffers and bytes follow what is handed out and given back") {
  const auto before = memory::statistics();
  {
    const auto buffer = memory::allocate(1000), empty = memory::allocate(0);
    const auto shared = buffer;  // NOLINT(performance-unnecessary-copy-initialization): no buffer of its own
    const auto now = memory::statistics();
    CHECK(now.live_buffers == before.live_buffers + 2);
    CHECK(now.live_bytes >= before.live_bytes + 1000);
    CHECK(now.live_bytes <= before.live_bytes + 1125 + 64);
    CHECK(now.held_bytes >= now.live_bytes);
    CHECK(empty != nullptr);
  }
  CHECK(memory::statistics().live_buffers == before.live_buffers);
  CHECK(memory::statistics().live_bytes == before.live_bytes);
}

TEST_CASE("a buffer that was given back is used again, until the free ones are released") {
  if (!recycling) return skipped("this build recycles no memory");
  memory::release_cached();
  memory::allocate(5000).reset();
  const auto allocations = memory::statistics().system_allocations;
  memory::allocate(5001).reset();
  CHECK(memory::statistics().system_allocations == allocations);
  memory::release_cached();
  memory::allocate(5000).reset();
  CHECK(memory::statistics().system_allocations == allocations + 1);
}

TEST_CASE("a free buffer of up to four times the size is used, the smallest of several") {
  if (!recycling) return skipped("this build recycles no memory");
  for (const std::size_t unit : {1000, 1000000, 10000000}) {
    memory::release_cached();
    const auto held = memory::statistics().held_bytes;
    { const auto small = memory::allocate(11 * unit), large = memory::allocate(19 * unit); }
    const auto allocations = memory::statistics().system_allocations;
    {
      const auto fits = memory::allocate(10 * unit), fits_the_other = memory::allocate(10 * unit);
      CHECK(memory::statistics().system_allocations == allocations);
      CHECK(memory::statistics().held_bytes >= held + static_cast<std::int64_t>(30 * unit));
    }
    const auto too_small_for_them = memory::allocate(2 * unit);
    CHECK(memory::statistics().system_allocations == allocations + 1);
  }
  memory::release_cached();
}

TEST_CASE("every size has room, and no more than an eighth too much") {
  for (std::size_t bytes = 1; bytes < 5000000; bytes += 1 + bytes / 50) {
    const auto before = memory::statistics().live_bytes;
    const auto buffer = memory::allocate(bytes);
    const auto counted = memory::statistics().live_bytes - before, least = static_cast<std::int64_t>(bytes);
    CHECK(counted >= least);
    CHECK(counted <= std::max<std::int64_t>(least + 63, least + least / 8));
    std::fill_n(buffer.get(), bytes, std::byte{1});
    CHECK(reinterpret_cast<std::uintptr_t>(buffer.get()) % 64 == 0);
  }
}

TEST_CASE("more memory than there is throws, and counts nothing") {
  const auto before = memory::statistics();
  CHECK_THROWS_AS(memory::allocate(std::size_t{1} << 60), Error);
  CHECK_THROWS_WITH_AS(memory::allocate(std::numeric_limits<std::size_t>::max()),
                       "memory: no room for 18446744073709551615 bytes", Error);
  CHECK(memory::statistics().live_buffers == before.live_buffers);
}

TEST_CASE("when the system has no more, it gets the free buffers back, those of other threads too") {
  if (sanitized || !recycling) return skipped("this build has no free buffers");
  memory::release_cached();
  std::binary_semaphore freed(0), done(0);
  std::thread other([&] {  // keeps what it gave back as long as it lives
    const auto held = memory::allocate(std::size_t{1} << 20);
    { const auto given_back = memory::allocate(std::size_t{1} << 20); }
    freed.release();
    done.acquire();
  });
  freed.acquire();
  memory::allocate(std::size_t{1} << 28).reset();
  const auto before = memory::statistics();

  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const auto in_use = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  rlimit limit;
  getrlimit(RLIMIT_AS, &limit);
  const rlimit narrow{in_use + (std::size_t{1} << 27), limit.rlim_max};  // less than the next buffer needs
  setrlimit(RLIMIT_AS, &narrow);
  CHECK_NOTHROW(memory::allocate(std::size_t{5} << 26));
  setrlimit(RLIMIT_AS, &limit);
  CHECK(memory::statistics().held_bytes == before.held_bytes - (1 << 28) - (1 << 20) + (5 << 26));
  done.release();
  other.join();
  memory::release_cached();
}

TEST_CASE("what one thread frees of another's is counted, and does not pile up") {
  if (!recycling) return skipped("this build recycles no memory");
  const auto before = memory::statistics();
  std::vector<std::shared_ptr<std::byte>> gradients;
  std::int64_t held = 0;
  for (int step = 0; step < 300; ++step) {
    std::thread([&] {
      for (int i = 0; i < 20; ++i) gradients.push_back(memory::allocate(50000));
    }).join();
    CHECK(memory::statistics().live_buffers == before.live_buffers + 20);
    gradients.clear();
    CHECK(memory::statistics().live_buffers == before.live_buffers);
    CHECK(memory::statistics().live_bytes == before.live_bytes);
    if (step == 9) held = memory::statistics().held_bytes;
  }
  CHECK(memory::statistics().held_bytes <= held + (4 << 20));
}

TEST_CASE("threads may allocate and free at once") {
  const auto before = memory::statistics().live_buffers;
  std::vector<std::thread> workers;
  for (int t = 0; t < 4; ++t)
    workers.emplace_back([] {
      for (std::size_t i = 0; i < 500; ++i) *memory::allocate(64 * (i % 7 + 1)) = std::byte{1};
    });
  memory::statistics();
  memory::release_cached();
  for (auto& worker : workers) worker.join();
  CHECK(memory::statistics().live_buffers == before);
}
