// Parallel loops: the one place where threads come from. How many: threads.h.
#pragma once

#include <voronet/core/shape.h>
#include <voronet/core/threads.h>

#include <algorithm>

namespace voronet {

namespace parallel {

// What is done with piece number `piece` of a loop.
using Piece = void (*)(const void* body, Index piece);

// Calls piece(body, i) for i in 0..pieces-1, as parallel_for says.
void run(Index pieces, Piece piece, const void* body);

}  // namespace parallel

// Calls body(begin, end) on pieces of 0..n-1, each of `grain` items (the last may be shorter), spread over
// the threads. The pieces depend on n and grain alone, never on the number of threads. Each thread prefers
// the same share of 0..n-1 in every loop, since that lies in its cache, and takes pieces of the others'
// shares when its own is done: nobody waits for a thread whose core other programs have.
//
// Runs on the calling thread when there is one piece or when already inside a parallel loop (also one of
// OpenMP's): one level of parallelism at a time. If pieces throw, the exception of the first of them, in
// their order, is thrown again here, after all have ended.
template <class Body>
void parallel_for(Index n, Index grain, const Body& body) {
  struct Loop {
    Index n, grain;
    const Body& body;
  };
  grain = std::max<Index>(grain, 1);
  const Loop loop{n, grain, body};
  parallel::run(
      divide_up(n, grain),
      [](const void* of, Index piece) {
        const Loop& l = *static_cast<const Loop*>(of);
        l.body(piece * l.grain, std::min(l.n, (piece + 1) * l.grain));
      },
      &loop);
}

}  // namespace voronet
