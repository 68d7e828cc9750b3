// Running the steps of an inference plan.
#pragma once

#include <voronet/layers/plan/graph.h>

namespace voronet {

// Packs the weights of convolutions and linears. `images` is how many are expected at a time, on which the
// choice of a convolution's kernel depends.
void pack_weights(PlanGraph& graph, Index images);

// What a step reads and writes: n images of each value, dense.
template <class T>
struct StepData {
  Index n;
  const T* x;
  const T* residual;  // null without one
  T* y;
};

// Weights are packed. Overwrites y, which overlaps nothing that the step reads. An image's results have the
// same bits whatever n is, and for any number of threads.
template <class T>
void run_step(const PlanGraph& graph, const PlanStep& step, const StepData<T>& data);

}  // namespace voronet
