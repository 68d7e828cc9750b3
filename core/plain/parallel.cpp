// Loops on the thread that calls them, the only one there is.
#include <voronet/core/error.h>
#include <voronet/core/parallel.h>

namespace voronet {

void parallel::run(Index pieces, Piece piece, const void* body) {
  for (Index p = 0; p < pieces; ++p) piece(body, p);
}

int available_threads() { return 1; }
int threads() { return 1; }
int max_threads() { return 64; }

// However many are asked for, one is all that there are.
void set_threads(int n) {
  require(n >= 1 && n <= max_threads(), "threads: ", n, " is not a number of threads from 1 to ",
          max_threads());
}

}  // namespace voronet
