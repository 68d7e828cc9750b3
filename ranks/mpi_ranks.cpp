#include <voronet/ranks/ranks.h>

#include <mpi.h>

namespace voronet::ranks {
namespace {

bool in_a_job() {
  int begun = 0, ended = 0;
  MPI_Initialized(&begun);
  MPI_Finalized(&ended);
  return begun != 0 && ended == 0;
}

}  // namespace

// Errors of MPI itself end the whole job with its own message, as is MPI's default.
Job::Job() { MPI_Init(nullptr, nullptr); }
Job::~Job() { MPI_Finalize(); }

int Job::fail(int status) const {
  if (size() > 1) MPI_Abort(MPI_COMM_WORLD, status);
  return status;
}

int rank() {
  int rank = 0;
  if (in_a_job()) MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

int size() {
  int size = 1;
  if (in_a_job()) MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

void barrier() {
  if (in_a_job()) MPI_Barrier(MPI_COMM_WORLD);
}

}  // namespace voronet::ranks
