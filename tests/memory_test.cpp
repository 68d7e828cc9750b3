#include <voronet/core/error.h>
#include <voronet/core/memory.h>

#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("live buffers and bytes follow what is handed out and given back") {
  const auto before = memory::statistics();
  {
    const auto buffer = memory::allocate(1000), empty = memory::allocate(0);
    const auto shared = buffer;  // NOLINT(performance-unnecessary-copy-initialization): no buffer of its own
    const auto now = memory::statistics();
    CHECK(now.live_buffers == before.live_buffers + 2);
    CHECK(now.live_bytes >= before.live_bytes + 1000);
    CHECK(now.live_bytes <= before.live_bytes + 1125 + 64);
    CHECK(now.peak_bytes >= now.live_bytes);
    CHECK(empty != nullptr);
  }
  CHECK(memory::statistics().live_buffers == before.live_buffers);
  CHECK(memory::statistics().live_bytes == before.live_bytes);
}

#if !defined(__SANITIZE_ADDRESS__)  // which sees every buffer come and go
TEST_CASE("a buffer that was given back is used again, until the free ones are released") {
  memory::release_cached();
  memory::allocate(5000).reset();
  const auto allocations = memory::statistics().system_allocations;
  memory::allocate(5001).reset();
  CHECK(memory::statistics().system_allocations == allocations);
  memory::release_cached();
  memory::allocate(5000).reset();
  CHECK(memory::statistics().system_allocations == allocations + 1);
}
#endif

TEST_CASE("more memory than there is throws, and counts nothing") {
  const auto before = memory::statistics();
  CHECK_THROWS_AS(memory::allocate(std::size_t{1} << 60), Error);
  CHECK_THROWS_WITH_AS(memory::allocate(std::numeric_limits<std::size_t>::max()),
                       "memory: no room for 18446744073709551615 bytes", Error);
  CHECK(memory::statistics().live_buffers == before.live_buffers);
}

TEST_CASE("threads may allocate and free at once") {
  const auto before = memory::statistics().live_buffers;
  std::vector<std::thread> workers;
  for (int t = 0; t < 4; ++t)
    workers.emplace_back([] {
      for (std::size_t i = 0; i < 500; ++i) *memory::allocate(64 * (i % 7 + 1)) = std::byte{1};
    });
  for (auto& worker : workers) worker.join();
  CHECK(memory::statistics().live_buffers == before);
}
