#include <voronet/layers/networks/residual_block.h>
#include <voronet/layers/plan/builder.h>

namespace voronet {

BasicBlock::BasicBlock(Index in, Index width, Index stride, Random& random) {
  add(in, width, 3, stride, random);
  add(width, width, 3, 1, random);
  add_shortcut(in, width, stride, random);
}

Bottleneck::Bottleneck(Index in, Index width, Index stride, Random& random) {
  add(in, width, 1, 1, random);
  add(width, width, 3, stride, random);
  add(width, 4 * width, 1, 1, random);
  add_shortcut(in, 4 * width, stride, random);
}

// Each batch-norm has a ReLU; the last one's comes after the shortcut is added.
void ResidualBlock::add(Index in, Index out, Index kernel, Index stride, Random& random) {
  branch_.push_back(
      {Conv2d(in, out, kernel, random, {.stride = stride, .padding = kernel / 2, .bias = false}),
       BatchNorm(out, {.relu = true})});
}

void ResidualBlock::add_shortcut(Index in, Index out, Index stride, Random& random) {
  if (stride == 1 && in == out) return;
  shortcut_.add(Conv2d(in, out, 1, random, {.stride = stride, .bias = false}));
  shortcut_.add(BatchNorm(out));
}

void ResidualBlock::describe(State& state) {
  for (std::size_t i = 0; i < branch_.size(); ++i) {
    state.child("conv" + std::to_string(i + 1), branch_[i].convolution);
    state.child("bn" + std::to_string(i + 1), branch_[i].norm);
  }
  state.child("shortcut", shortcut_);
}

Tensor ResidualBlock::forward(const Tensor& x) {
  Tensor y = x;
  for (std::size_t i = 0; i + 1 < branch_.size(); ++i) y = branch_[i].norm(branch_[i].convolution(y));
  auto& [convolution, norm] = branch_.back();
  return norm(convolution(y), shortcut_(x));
}

PlanValue ResidualBlock::plan(PlanBuilder& builder, PlanValue x) {
  PlanValue y = x;
  for (std::size_t i = 0; i + 1 < branch_.size(); ++i)
    y = branch_[i].norm.plan(builder, branch_[i].convolution.plan(builder, y));
  auto& [convolution, norm] = branch_.back();
  return norm.plan(builder, convolution.plan(builder, y), shortcut_.plan(builder, x));
}

}  // namespace voronet
