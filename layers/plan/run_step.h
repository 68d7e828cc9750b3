// Running one step of an inference plan.
#pragma once

#include <voronet/layers/plan/graph.h>

namespace voronet {

// What a step reads and writes: n images of each value, dense.
template <class T>
struct StepData {
  Index n;
  const T* x;
  const T* residual;  // null without one
  T* y;
};

// Overwrites y, which overlaps nothing that the step reads.
template <class T>
void run_step(const PlanGraph& graph, const PlanStep& step, const StepData<T>& data);

}  // namespace voronet
