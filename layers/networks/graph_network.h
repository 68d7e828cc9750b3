// GraphNetwork: a network that is a plan's graph, wherever that came from (an ONNX file, say).
#pragma once

#include <voronet/layers/module.h>
#include <voronet/layers/plan/graph.h>

namespace voronet {

// It trains, is attacked, proven and saved as networks of layers are. Its parameters are the steps' weights
// and biases, under the steps' names: "conv1.weight", or "step3.weight" where there is none; and buffers,
// "conv1.terms", the bias_terms (see PlanStep).
class GraphNetwork : public Module {
 public:
  // Takes the graph's tensors as they are. Throws Error for a step that another graph cannot have (see
  // PlanBuilder::step).
  explicit GraphNetwork(PlanGraph graph);
  void describe(State& state) override;
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

  const PlanGraph& graph() const { return graph_; }  // the one that it runs

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  PlanGraph graph_;
};

}  // namespace voronet
