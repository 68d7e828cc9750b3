#include <voronet/core/operators/convolution.h>
#include <voronet/layers/plan/graph.h>

#include <algorithm>

namespace voronet {

int PlanGraph::readers(int value) const {
  int count = value == output;
  for (const PlanStep& step : steps) count += (step.input == value) + (step.residual == value);
  return count;
}

int PlanGraph::writer(int value) const {
  const auto found = std::find_if(steps.begin(), steps.end(),
                                  [value](const PlanStep& step) { return step.output == value; });
  return found == steps.end() ? -1 : static_cast<int>(found - steps.begin());
}

std::vector<std::size_t> PlanGraph::last_uses() const {
  std::vector<std::size_t> last(shapes.size());
  for (std::size_t i = 0; i < steps.size(); ++i)
    for (const int value : {steps[i].input, steps[i].residual, steps[i].output})
      if (value >= 0) last[value] = i;
  return last;
}

Shape batch_shape(Index n, const Shape& image) {
  std::vector<Index> sizes{n};
  sizes.insert(sizes.end(), image.begin(), image.end());
  return {sizes.data(), sizes.data() + sizes.size()};
}

kernels::Conv2dSizes conv_sizes(const Shape& in, const PlanStep& step, Index n) {
  return conv2d_sizes("plan: convolution", batch_shape(n, in), step.weight.shape(),
                      {step.stride, step.padding});
}

}  // namespace voronet
