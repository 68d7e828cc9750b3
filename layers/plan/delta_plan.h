// DeltaPlan: what a network makes of images that differ from one base image within a small window.
#pragma once

#include <voronet/core/kernels/packed.h>
#include <voronet/layers/module.h>
#include <voronet/layers/plan/delta.h>
#include <voronet/layers/plan/graph.h>

#include <optional>

namespace voronet {

// The same results as an InferencePlan, but for rounding. The base image's feature maps are kept; of a
// changed image, each step computes only the difference from them, and only within the window that can
// differ, until that is the whole map. Convolutions, linears and averages take differences as they are; ReLU
// and max-pooling see the base's values beneath. A step of a kind that says nothing of windows is run on
// whole maps.
//
// As InferencePlan, it copies parameters, of dtype T, and needs the module to stay only if one of its layers
// does not describe itself.
template <class T>
class DeltaPlan {
 public:
  // For images (h, w, c). Throws Error when the shape does not fit the network, or the dtype is not T.
  DeltaPlan(Module& module, const Shape& image);

  // Every value of the base image, and those of steps with ReLU also before it.
  struct Base {
    std::vector<std::vector<T>> values, sums;
    // What the step computed, before its ReLU if it has one.
    const std::vector<T>& before_relu(const PlanStep& step) const {
      return (step.relu ? sums : values)[step.output];
    }
  };
  Base base(const T* image) const;

  // n >= 0 images that are `differences` (n, rows, columns, c) from the base in these windows, and equal
  // elsewhere -> y (n, ...), the network's output. Throws Error unless the windows lie within the image. Runs
  // best on windows that are together, and on one thread within a parallel loop. The same bits for any number
  // of threads.
  void run(const Base& base, const plan::Windows& windows, const T* differences, T* y) const;

  const Shape& output_shape() const { return graph_.shape(graph_.output); }  // of one image

 private:
  std::vector<T> sum(const PlanStep& step, const Base& base) const;
  kernels::PatchSizes window_sizes(const PlanStep& step, const plan::Windows& in,
                                   const plan::Windows& out) const;
  plan::Windows frame(int value, const plan::Windows& windows) const;
  plan::Delta<T> convolve(const PlanStep& step, const plan::Delta<T>& x) const;
  plan::Delta<T> multiply(const PlanStep& step, const plan::Delta<T>& x) const;
  plan::Delta<T> raw(const PlanStep& step, const Base& base, const plan::Delta<T>& x) const;
  kernels::Buffer<T> run_whole(const PlanStep& step, const Base& base, const plan::Delta<T>& x) const;

  PlanGraph graph_;
  std::vector<std::size_t> last_uses_;                                // of each value, the last step
  std::vector<plan::MapSize> maps_;                                   // of each value
  std::vector<plan::Framing> row_framings_, column_framings_;         // likewise
  std::vector<std::optional<kernels::PatchConv2d<T>>> convolutions_;  // of each value that one writes
  std::vector<std::optional<kernels::PackedLinear<T>>> linears_;      // likewise
};

}  // namespace voronet
