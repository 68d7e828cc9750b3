// What a build without MPI has in place of mpi_ranks.cpp.
#include <voronet/ranks/ranks.h>

namespace voronet::ranks {

Job::Job() = default;
Job::~Job() {}  // not trivial, as with MPI it is not
int Job::fail(int status) const { return status; }

Team& everyone() { return alone(); }

}  // namespace voronet::ranks
