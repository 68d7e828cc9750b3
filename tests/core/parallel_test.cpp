#include <voronet/core/error.h>
#include <voronet/core/parallel.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "support/plain.h"
#include "support/sanitized.h"
#include "support/skip.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace voronet;
using namespace voronet::test;

namespace {

using Pieces = std::set<std::pair<Index, Index>>;

Pieces pieces_of(Index n, Index grain) {
  Pieces pieces;
  std::mutex mutex;
  parallel_for(n, grain, [&](Index begin, Index end) {
    const std::lock_guard lock(mutex);
    CHECK(pieces.emplace(begin, end).second);
  });
  return pieces;
}

}  // namespace

TEST_CASE("the pieces cover the range once, and do not depend on the number of threads") {
  CHECK(pieces_of(10, 4) == Pieces{{0, 4}, {4, 8}, {8, 10}});
  for (const Index n : {0, 1, 7, 64, 1000})
    for (const Index grain : {0, 1, 3, 64, 2000}) {
      const Pieces one = with_threads(1, [&] { return pieces_of(n, grain); });
      CHECK(with_threads(3, [&] { return pieces_of(n, grain); }) == one);
      Index covered = 0;
      for (const auto& [begin, end] : one) {
        CHECK(begin == covered);
        covered = end;
      }
      CHECK(covered == n);
    }
}

TEST_CASE("an exception comes out of the loop, whatever the number of threads") {
  for (const int n : {1, 2}) {
    const ThreadsAre scope(n);
    CHECK_THROWS_WITH_AS(parallel_for(100, 1, [](Index i, Index) { require(i < 57, "piece ", i); }),
                         "piece 57", Error);
  }
}

TEST_CASE("a loop does not wait for threads that are busy elsewhere") {
  if (plain_build) return skipped("this build has one thread");
  const ThreadsAre scope(3);
  std::atomic<int> held = 0;
  std::atomic<bool> released = false;
  const auto hold = [&](Index, Index) {
    ++held;
    while (!released) std::this_thread::yield();
  };
  std::thread other([&] { parallel_for(3, 1, hold); });
  while (held < 3) std::this_thread::yield();  // the other thread and both helpers
  std::atomic<int> done = 0;
  parallel_for(100, 1, [&](Index, Index) { ++done; });
  CHECK(done == 100);
  CHECK(!released);
  released = true;
  other.join();
}

TEST_CASE("loops that several threads begin at a time each do their own pieces once") {
  const ThreadsAre scope(4);
  std::vector<std::thread> callers;
  std::array<std::atomic<int>, 4> sums{};
  for (auto& sum : sums)
    callers.emplace_back([&sum] {
      for (int loop = 0; loop < 200; ++loop) parallel_for(17, 1, [&](Index, Index) { ++sum; });
    });
  for (std::thread& caller : callers) caller.join();
  for (const auto& sum : sums) CHECK(sum == 200 * 17);
}

TEST_CASE("a forked process has loops of its own" * doctest::skip(sanitized)) {
  const ThreadsAre scope(2);
  const auto loop = [] {
    std::atomic<int> done = 0;
    parallel_for(100, 1, [&](Index, Index) { ++done; });
    return done == 100;
  };
  CHECK(loop());
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);  // ends it if it hangs
    _exit(loop() ? 0 : 1);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(loop());
}

TEST_CASE("a loop within a loop runs on the thread that calls it") {
  const ThreadsAre scope(2);
  std::vector<char> same(8, 0);
  parallel_for(8, 1, [&](Index i, Index) {
    const auto outer = std::this_thread::get_id();
    bool all = true;
    parallel_for(4, 1, [&](Index, Index) { all = all && std::this_thread::get_id() == outer; });
    same[static_cast<std::size_t>(i)] = all;
  });
  CHECK(std::count(same.begin(), same.end(), 1) == 8);
}

TEST_CASE("the number of threads holds for every thread of the process") {
  if (plain_build) return skipped("this build has one thread");
  const ThreadsAre scope(3);
  int seen = 0;
  std::thread([&] { seen = threads(); }).join();
  CHECK(seen == 3);
  const std::string limits = text(" is not a number of threads from 1 to ", max_threads());
  CHECK_THROWS_WITH_AS(set_threads(0), ("threads: 0" + limits).c_str(), Error);
  const int too_many = max_threads() + 1;
  CHECK_THROWS_WITH_AS(set_threads(too_many), text("threads: ", too_many, limits).c_str(), Error);
  CHECK(threads() == 3);
}
