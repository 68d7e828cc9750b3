// Ranks: the processes of one job, on one machine or many, as `mpirun -np N voronet ...` starts them. In a
// build without MPI (the default), and without mpirun, there is one.
#pragma once

#include <span>

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

// Processes that work together. What all must call they call in the same order, with as many values.
class Team {
 public:
  virtual ~Team() = default;
  virtual int rank() const = 0;  // of this process, 0..size()-1
  virtual int size() const = 0;  // processes

  // All must call: returns when they have.
  virtual void barrier() = 0;

  // All must call: adds up each element over the ranks, in place. All get the same bits.
  virtual void sum(std::span<double> values) = 0;

  // The same while the caller goes on: from start_sum until finish_sums ends the values are the team's.
  virtual void start_sum(std::span<float> values) = 0;
  virtual void start_sum(std::span<double> values) = 0;
  virtual void finish_sums() = 0;  // waits for all that were started

  // All must call: whether it holds on any rank.
  bool any(bool here) {
    double count = here;
    sum({&count, 1});
    return count > 0;
  }
};

Team& everyone();  // all ranks of the job; alone() without a Job
Team& alone();     // this process: rank 0 of 1

}  // namespace voronet::ranks
