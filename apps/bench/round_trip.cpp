#include <voronet/apps/bench/case.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <sched.h>

namespace voronet {
namespace {

constexpr int batches = 100, trips = 200;  // a batch is short: few are interrupted where cores are shared

std::vector<int> usable_cores() {
  cpu_set_t set;
  require(sched_getaffinity(0, sizeof set, &set) == 0,
          "bench: the system does not say which cores there are");
  std::vector<int> cores;
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  return cores;
}

void stay_on(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof set, &set);  // of this thread
}

// A flag, alone on its cache line, that two threads hand to each other.
class alignas(128) Ball {
 public:
  // Waits until it lies on this side, and throws it to the other.
  void throw_from(int side) {
    while (side_.load(std::memory_order_acquire) != side) {
    }
    side_.store(1 - side, std::memory_order_release);
  }

 private:
  std::atomic<int> side_ = 0;
};

double seconds_of_a_batch(Ball& ball) {
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < trips; ++i) ball.throw_from(0);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

}  // namespace

double round_trip_nanoseconds() {
  const std::vector<int> cores = usable_cores();
  require(cores.size() >= 2, "bench: a round trip takes two cores, this process may use only one");
  Ball ball;
  std::array<double, batches> seconds;
  std::thread near([&] {  // threads of their own, since they stay where they are put
    stay_on(cores[0]);
    for (double& one : seconds) one = seconds_of_a_batch(ball);
  });
  std::thread far([&] {
    stay_on(cores[1]);
    for (int i = 0; i < batches * trips; ++i) ball.throw_from(1);
  });
  near.join();
  far.join();
  const auto middle = seconds.begin() + batches / 2;
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle / trips * 1e9;
}

}  // namespace voronet
