#include <voronet/core/error.h>
#include <voronet/core/parallel.h>

namespace voronet {

int threads() { return omp_get_max_threads(); }

void set_threads(int n) {
  require(n >= 1, "threads: ", n, " is not a number of threads");
  omp_set_num_threads(n);
}

}  // namespace voronet
