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

Shape batch_shape(Index n, const Shape& image) {
  std::vector<Index> sizes{n};
  sizes.insert(sizes.end(), image.begin(), image.end());
  return {sizes.data(), sizes.data() + sizes.size()};
}

}  // namespace voronet
