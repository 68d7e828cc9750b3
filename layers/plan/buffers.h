// Where a plan's values lie while it runs.
#pragma once

#include <voronet/layers/plan/graph.h>

#include <vector>

namespace voronet::plan {

// Values that are never needed at the same time share a slot of one workspace. For a batch of n images, a
// value starts at element n * offset of it, and the workspace has n * elements of them.
struct PlanBuffers {
  std::vector<Index> offsets;  // of each value; -1 for the plan's input and output, which lie outside
  Index elements = 0;
};

// A place for each value of the graph.
PlanBuffers place_values(const PlanGraph& graph);

}  // namespace voronet::plan
