#include <voronet/core/operators.h>
#include <voronet/layers/networks/residual_block.h>

#include <algorithm>
#include <cmath>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// Weights of the block by name.
Tensor parameter(Module& block, const std::string& name) {
  for (const auto& entry : block.state().parameters)
    if (entry.name == name) return *entry.tensor;
  throw Error(text("no parameter ", name));
}

// Batch-norm with fresh parameters, in training.
Tensor standardised(const Tensor& x) {
  const Tensor centred = x - mean(x, {0, 1, 2});
  return centred / sqrt(mean(square(centred), {0, 1, 2}) + 1e-5);
}

}  // namespace

TEST_CASE("a basic block is two convolutions beside the input itself, or beside a 1x1 convolution") {
  Random random(1);
  const Tensor x = uniform({2, 5, 6, 4}, -1, 1, random);
  for (const auto& [width, stride] : {std::pair<Index, Index>{4, 1}, {4, 2}, {3, 1}}) {
    BasicBlock block(4, width, stride, random);
    const auto w = [&](const std::string& name) { return parameter(block, name + ".weight"); };
    const Tensor inner = relu(standardised(conv2d(x, w("conv1"), {.stride = stride, .padding = 1})));
    const Tensor branch = standardised(conv2d(inner, w("conv2"), {.padding = 1}));
    const bool same = stride == 1 && width == 4;
    const Tensor shortcut = same ? x : standardised(conv2d(x, w("shortcut.0"), {.stride = stride}));
    CHECK(distance(block(x), relu(branch + shortcut)) < 1e-4);
  }
}

TEST_CASE("a bottleneck goes through few channels to four times as many") {
  Random random(2);
  const Tensor x = uniform({2, 5, 6, 8}, -1, 1, random);
  for (const auto& [width, stride] : {std::pair<Index, Index>{2, 1}, {2, 2}, {3, 1}}) {
    Bottleneck block(8, width, stride, random);
    const auto w = [&](const std::string& name) { return parameter(block, name + ".weight"); };
    const Tensor first = relu(standardised(conv2d(x, w("conv1"))));
    const Tensor second = relu(standardised(conv2d(first, w("conv2"), {.stride = stride, .padding = 1})));
    const Tensor branch = standardised(conv2d(second, w("conv3")));
    const bool same = stride == 1 && width == 2;
    const Tensor shortcut = same ? x : standardised(conv2d(x, w("shortcut.0"), {.stride = stride}));
    CHECK(distance(block(x), relu(branch + shortcut)) < 1e-4);
  }
}

TEST_CASE("a watch is told of every batch-norm of a block, the last one too, which takes the shortcut") {
  Random random(3);
  BasicBlock block(2, 2, 1, random);
  const Tensor x = uniform({2, 4, 4, 2}, -1, 1, random);
  const State state = block.state();
  std::vector<std::string> told;
  {
    const Watch watch([&](const Module& module, const Tensor&, const Tensor&) {
      for (const auto& [name, named] : state.modules)
        if (named == &module) told.push_back(name);
    });
    block(x);
  }
  std::sort(told.begin(),
            told.end());  // which of the two that are added comes first is the compiler's choice
  CHECK(told == std::vector<std::string>{"", "bn1", "bn2", "conv1", "conv2", "shortcut"});
  parameter(block, "bn2.weight").mutable_data<float>()[0] = std::nanf("");
  CHECK(first_nonfinite_layer(block, x) == "bn2");
}
