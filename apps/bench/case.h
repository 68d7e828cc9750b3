// One thing that `voronet bench` can measure.
#pragma once

#include <functional>
#include <string>

#include <benchmark/benchmark.h>

namespace voronet {

// Sets up what it needs when it runs, outside the timed loop. Networks and attacks count images as items.
struct BenchCase {
  std::string name;
  std::function<void(benchmark::State&)> run;
};

// Counts the work of an iteration: 2 for each product of the plain sum, whatever a kernel saves of them.
inline void count_flop(benchmark::State& state, double flop) {
  state.counters["flop"] = benchmark::Counter(flop, benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace voronet
