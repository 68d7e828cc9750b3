// Residual blocks: what residual networks are built of (He, Zhang, Ren, Sun, "Deep Residual Learning for
// Image Recognition", CVPR 2016).
#pragma once

#include <voronet/layers/batch_norm.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/sequential.h>

#include <vector>

namespace voronet {

// (n, h, w, in) -> (n, h', w', out) with h' = h / stride, rounded up: ReLU(branch(x) + shortcut(x)). The
// branch is a row of convolutions without bias, batch-norm after each and ReLU between them. The shortcut is
// x itself, or where the shape changes a 1x1 convolution and batch-norm. State names are those of PyTorch's
// CIFAR networks: conv1.weight, bn1.weight, conv2.weight, ..., shortcut.0.weight, shortcut.1.weight.
class ResidualBlock : public Module {
 public:
  void describe(State& state) override;
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  // Appends a convolution to the branch.
  void add(Index in, Index out, Index kernel, Index stride, Random& random);
  // Puts a 1x1 convolution and batch-norm onto the shortcut.
  void add_shortcut(Index in, Index out, Index stride, Random& random);
  Tensor forward(const Tensor& x) override;

 private:
  struct Layer {
    Conv2d convolution;
    BatchNorm norm;
  };
  std::vector<Layer> branch_;
  Sequential shortcut_;
};

// Two 3x3 convolutions to `width` channels, the first with the stride; out = width.
class BasicBlock : public ResidualBlock {
 public:
  BasicBlock(Index in, Index width, Index stride, Random& random);
};

// 1x1 to `width` channels, 3x3 with the stride, 1x1 to four times as many; out = 4 width.
class Bottleneck : public ResidualBlock {
 public:
  Bottleneck(Index in, Index width, Index stride, Random& random);
};

}  // namespace voronet
