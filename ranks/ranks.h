// Ranks: the processes of one job, on one machine or many, as `mpirun -np N voronet ...` starts them. In a
// build without MPI (the default), and without mpirun, there is one.
#pragma once

namespace voronet::ranks {

// Lets this process talk to the others for as long as it lives. Make one, first thing in main().
class Job {
 public:
  Job();
  ~Job();
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // For a process that failed: ends the others, which would wait for it for ever, and returns the status.
  int fail(int status) const;
};

// This process among all, 0..size()-1; 0 also without a Job.
int rank();
int size();

// Returns when all ranks have called it as often.
void barrier();

}  // namespace voronet::ranks
