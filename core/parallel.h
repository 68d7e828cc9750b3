// Parallel loops: the one place where threads come from.
#pragma once

#include <voronet/core/shape.h>

#include <algorithm>
#include <exception>

#include <omp.h>

namespace voronet {

// Threads that parallel loops and matrix products use. Starts as OpenMP's own choice (OMP_NUM_THREADS or all
// cores).
int threads();
// n >= 1, for the whole process. Throws Error otherwise.
void set_threads(int n);

// Calls body(begin, end) on pieces of 0..n-1, each of `grain` items (the last may be shorter), spread over
// the threads. The pieces depend on n and grain alone, never on the number of threads. Runs on the calling
// thread when there is one piece or when already inside a parallel loop: one level of parallelism at a time.
// An exception that leaves body is thrown again here, after all pieces have ended.
template <class Body>
void parallel_for(Index n, Index grain, const Body& body) {
  grain = std::max<Index>(grain, 1);
  const Index pieces = (n + grain - 1) / grain;
  if (pieces <= 1 || threads() == 1 || omp_in_parallel()) {
    for (Index p = 0; p < pieces; ++p) body(p * grain, std::min(n, (p + 1) * grain));
    return;
  }
  std::exception_ptr error;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads())
  for (Index p = 0; p < pieces; ++p) {
    try {
      body(p * grain, std::min(n, (p + 1) * grain));
    } catch (...) {
#pragma omp critical(voronet_parallel_for)
      error = std::current_exception();
    }
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace voronet
