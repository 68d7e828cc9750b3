// Ranks that are threads of this process, for tests of what ranks do together.
#pragma once

#include <voronet/ranks/ranks.h>

#include <barrier>
#include <exception>
#include <thread>
#include <vector>

namespace voronet::test {

class ThreadTeam : public ranks::Team {
 public:
  // Where the ranks of a team meet.
  struct Place {
    explicit Place(int ranks) : barrier(ranks), values(static_cast<std::size_t>(ranks)) {}
    std::barrier<> barrier;
    std::vector<std::vector<double>> values;  // one rank's each
  };

  ThreadTeam(Place& place, int rank) : place_(place), rank_(rank) {}
  int rank() const override { return rank_; }
  int size() const override { return static_cast<int>(place_.values.size()); }
  void barrier() override { place_.barrier.arrive_and_wait(); }
  void sum(std::span<double> values) override { add_up(values); }
  void start_sum(std::span<float> values) override { add_up(values); }
  void start_sum(std::span<double> values) override { add_up(values); }
  void finish_sums() override {}

 private:
  template <class T>
  void add_up(std::span<T> values) {
    place_.values[static_cast<std::size_t>(rank_)].assign(values.begin(), values.end());
    barrier();
    for (std::size_t i = 0; i < values.size(); ++i) {
      double sum = 0;
      for (const auto& part : place_.values) sum += part.at(i);
      values[i] = static_cast<T>(sum);
    }
    barrier();  // before anyone brings the next values
  }

  Place& place_;
  int rank_;
};

// Runs work(team) on each of so many ranks and waits for all; throws what one of them threw.
template <class Work>
void run_team(int ranks, const Work& work) {
  ThreadTeam::Place place(ranks);
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(ranks));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank)
    threads.emplace_back([&, rank] {
      ThreadTeam team(place, rank);
      try {
        work(team);
      } catch (...) {
        errors[static_cast<std::size_t>(rank)] = std::current_exception();
        place.barrier.arrive_and_drop();
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace voronet::test
