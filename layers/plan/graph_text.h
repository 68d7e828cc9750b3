// A plan's graph as a line of text, without its numbers: how checkpoints keep the networks that are graphs.
#pragma once

#include <voronet/layers/plan/graph.h>

#include <string>

namespace voronet::plan {

// "28x28x1; convolution 0 weight=16x1x4x4 bias=16 stride=2 name=conv1; elementwise 1 relu; ...; 7": the
// input's shape; step by step its kind, the value that it reads and what else it has, where value k is what
// step k makes, from 1 on; and the value that is the result. Throws Error for a head and for a step that is a
// module.
std::string to_text(const PlanGraph& graph);

// The reverse, of f32, with all numbers 0. Throws Error for text that is none, for shapes that do not fit,
// and where there would be more than `most` numbers.
PlanGraph graph_of_text(const std::string& line, Index most);

// What a step is called where people read of it: "convolution", "relu", "sigmoid".
std::string title_of(const PlanStep& step);

}  // namespace voronet::plan
