#include <voronet/data/prefetch.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>

#include <doctest/doctest.h>

using voronet::data::Prefetch;

TEST_CASE("values come in the order of production, then nothing") {
  Prefetch<int> values([i = 0]() mutable { return i < 100 ? std::optional(i++) : std::nullopt; }, 3);
  for (int i = 0; i < 100; ++i) CHECK(values.next() == i);
  CHECK_FALSE(values.next());
  CHECK_FALSE(values.next());
}

TEST_CASE("no more than the allowed number is made ahead") {
  std::atomic<int> made = 0;
  Prefetch<int> values([&] { return std::optional(made++); }, 2);
  CHECK(values.next() == 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(made <= 4);  // one taken, two ready, one that waits for room
  CHECK(made >= 1);
}

TEST_CASE("an exception arrives after the values before it, once") {
  Prefetch<int> values(
      [i = 0]() mutable -> std::optional<int> {
        if (i == 2) throw std::runtime_error("broken");
        return i++;
      },
      5);
  CHECK(values.next() == 0);
  CHECK(values.next() == 1);
  CHECK_THROWS_WITH_AS(values.next(), "broken", std::runtime_error);
  CHECK_FALSE(values.next());
}

TEST_CASE("a consumer may leave at any moment, and nothing is leaked") {
  const auto token = std::make_shared<int>();
  for (int taken = 0; taken < 20; ++taken) {
    Prefetch<std::shared_ptr<int>> values([&] { return std::optional(token); }, 2);
    for (int i = 0; i < taken; ++i) CHECK(values.next());
  }
  CHECK(token.use_count() == 1);
}
