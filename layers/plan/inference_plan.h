// InferencePlan: a network compiled for evaluation on inputs of one shape.
#pragma once

#include <voronet/layers/module.h>
#include <voronet/layers/plan/buffers.h>
#include <voronet/layers/plan/graph.h>

#include <memory>

namespace voronet {

namespace plan {
struct PackedWeights;
}

// The same results as the module in evaluation mode, but for rounding, and faster: layers fused (see
// plan/fusion.h), memory planned, nothing recorded.
//
// Parameters are copied when the plan is made: whoever changes the network makes a new plan. The module may
// be gone by then, unless one of its layers does not describe itself to the plan (Module::plan): such a layer
// still runs through its own forward, and must outlive the plan.
//
// A network whose parameters fit into cache_bytes is run on chunks of images whose activations fit as well,
// each from the first step to the last on one thread. A larger one is run step by step over the whole batch,
// each step on all threads; so is one with a layer that does not describe itself. Either way, an
// image's result has the same bits whatever other images are in its batch, and for any number of threads (but
// for layers that do not describe themselves, which may promise less). Which kernels are the fastest depends
// on how many images there are: the last bits may be others in a plan of another max_batch.
class InferencePlan {
 public:
  static constexpr Index cache_bytes = 1 << 19;  // half of a core's second-level cache, as they are today

  // image: of one input, without the batch: (h, w, c) or (features). Dtype and values are those that the
  // module's parameters and buffers have now (f32 without any). Throws Error when the shape does not fit the
  // network.
  InferencePlan(Module& module, const Shape& image, Index max_batch);

  // x (n, image), 1 <= n <= max_batch, of the plan's dtype; throws Error otherwise. -> (n, ...), what the
  // module makes of x. Memory is recycled: after the first run, a plan asks the system for none. Several
  // threads may run one plan at a time.
  Tensor run(const Tensor& x) const;

  const PlanGraph& graph() const { return graph_; }  // its steps, as they are run
  Index max_batch() const { return max_batch_; }     // images in one run of the steps
  // How many images go through the steps together.
  Index images_a_chunk() const { return images_a_chunk_; }

 private:
  template <class T>
  void run_chunks(Index n, const T* x, T* y) const;
  template <class T>
  void run_chunk(Index n, const T* x, T* workspace, T* y) const;

  PlanGraph graph_;
  std::shared_ptr<const plan::PackedWeights> packed_;
  plan::PlanBuffers buffers_;
  Index max_batch_, images_a_chunk_;
};

}  // namespace voronet
