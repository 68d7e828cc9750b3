#include <voronet/core/cpu_quota.h>
#include <voronet/core/error.h>
#include <voronet/core/threads.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include <omp.h>

namespace voronet {
namespace {

int find_available_threads() {
  int most = std::min({omp_get_num_procs(), omp_get_max_threads(), omp_get_thread_limit()});
  if (const auto quota = cpu_quota()) most = std::min(most, static_cast<int>(std::ceil(*quota)));
  return std::max(most, 1);
}

std::atomic<int>& count() {
  static std::atomic<int> value = available_threads();
  return value;
}

}  // namespace

int available_threads() {
  static const int most = find_available_threads();
  return most;
}

int threads() { return count(); }

int max_threads() { return 64 * omp_get_num_procs(); }

void set_threads(int n) {
  require(n >= 1 && n <= max_threads(), "threads: ", n, " is not a number of threads from 1 to ",
          max_threads());
  count() = n;
}

}  // namespace voronet
