// How many threads parallel loops use.
#pragma once

namespace voronet {

// The most threads that this process can keep busy: one a core that it may run on, no more than its control
// group's quota of time, OMP_NUM_THREADS and OMP_THREAD_LIMIT allow. At least 1; found out once.
int available_threads();

// Threads that parallel loops use, the calling one included. Starts as available_threads().
int threads();
// For the process; may be more than are available, for tests. Throws Error unless 1 <= n <= max_threads().
void set_threads(int n);
int max_threads();  // 64 for each available core

}  // namespace voronet
