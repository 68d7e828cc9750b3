#include <voronet/core/error.h>
#include <voronet/core/parallel.h>

#include <atomic>

namespace voronet {
namespace {

// OpenMP keeps a number for each thread that calls it; ours is for the whole process.
std::atomic<int>& count() {
  static std::atomic<int> value = omp_get_max_threads();
  return value;
}

}  // namespace

int threads() { return count(); }

void set_threads(int n) {
  require(n >= 1, "threads: ", n, " is not a number of threads");
  count() = n;
  omp_set_num_threads(n);  // for matrix products
}

}  // namespace voronet
