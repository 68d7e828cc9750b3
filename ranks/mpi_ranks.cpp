#include <voronet/ranks/ranks.h>

#include <vector>

#include <mpi.h>

namespace voronet::ranks {
namespace {

bool in_a_job() {
  int begun = 0, ended = 0;
  MPI_Initialized(&begun);
  MPI_Finalized(&ended);
  return begun != 0 && ended == 0;
}

int count_of(std::size_t values) { return static_cast<int>(values); }

class AllRanks : public Team {
 public:
  int rank() const override {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
  }
  int size() const override {
    int size = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return size;
  }
  void barrier() override { MPI_Barrier(MPI_COMM_WORLD); }

  void sum(std::span<double> values) override {
    MPI_Allreduce(MPI_IN_PLACE, values.data(), count_of(values.size()), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  }

  void start_sum(std::span<float> values) override {
    start_sum(values.data(), count_of(values.size()), MPI_FLOAT);
  }
  void start_sum(std::span<double> values) override {
    start_sum(values.data(), count_of(values.size()), MPI_DOUBLE);
  }

  void finish_sums() override {
    MPI_Waitall(count_of(begun_.size()), begun_.data(), MPI_STATUSES_IGNORE);
    begun_.clear();
  }

 private:
  void start_sum(void* values, int count, MPI_Datatype type) {
    MPI_Iallreduce(MPI_IN_PLACE, values, count, type, MPI_SUM, MPI_COMM_WORLD, &begun_.emplace_back());
    // MPI works on what was begun only while it is called.
    int done = 0;
    MPI_Testall(count_of(begun_.size()), begun_.data(), &done, MPI_STATUSES_IGNORE);
  }

  std::vector<MPI_Request> begun_;
};

}  // namespace

// MPI's own errors end the job with its message, by default. Only the thread that begins it talks to others.
Job::Job() {
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
}
Job::~Job() { MPI_Finalize(); }

int Job::fail(int status) const {
  if (everyone().size() > 1) MPI_Abort(MPI_COMM_WORLD, status);
  return status;
}

Team& everyone() {
  static AllRanks team;
  return in_a_job() ? static_cast<Team&>(team) : alone();
}

}  // namespace voronet::ranks
