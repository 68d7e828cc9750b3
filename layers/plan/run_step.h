// Running the steps of an inference plan.
#pragma once

#include <voronet/layers/plan/graph.h>

#include <memory>

namespace voronet::plan {

// The weights of a graph's convolutions and linears, made ready for their kernels.
struct PackedWeights;
// `images` is how many are expected at a time, on which the choice of a convolution's kernel depends.
std::shared_ptr<const PackedWeights> pack_weights(const PlanGraph& graph, Index images);

// What a step reads and writes: n images of each value, dense.
template <class T>
struct StepData {
  Index n;
  const T* x;
  const T* residual;  // null without one
  T* y;
};

// packed: the graph's; it may be null for a step that is no convolution or linear. Overwrites y, which
// overlaps nothing that the step reads. An image's results have the same bits whatever n is, and for any
// number of threads.
template <class T>
void run_step(const PlanGraph& graph, const PackedWeights* packed, const PlanStep& step,
              const StepData<T>& data);

}  // namespace voronet::plan
