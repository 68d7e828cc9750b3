// ONNX Runtime and PyTorch on networks on which floats go wrong: they contradict no verdict of the bounds.
#include <voronet/interchange/onnx_model.h>

#include "attacks/proof/hostile_networks.h"
#include "support/onnx_models.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

std::vector<Hostile> all_hostile() {
  std::vector<Hostile> networks = overflowing();
  for (auto more : {cancelling, underflowing, of_residual_blocks})
    for (Hostile& each : more()) networks.push_back(std::move(each));
  networks.push_back(of_a_thousand_classes());
  networks.push_back(of_long_sums());
  for (std::uint64_t seed = 0; seed < 40; ++seed) networks.push_back(of_all_sizes(seed));
  return networks;
}

struct Asked {
  std::string name;
  Index classes;
  std::vector<PixelClaims> pixels;
};

// What bounds say, of images that a runtime is to be asked about.
std::vector<Asked> ask(const OnnxModels& models) {
  std::vector<Asked> all;
  for (const Hostile& each : all_hostile())
    for (const Tensor& base : each.images) {
      Asked asked{text(all.size()), evaluated(*each.network, base).dim(1), claims_of(each, base)};
      Tensors images;
      for (const PixelClaims& pixel : asked.pixels) images.push_back(pixel.images);
      models.add(asked.name, onnx_model(*each.network, base.shape().without(0)), concat(images, 0));
      all.push_back(std::move(asked));
    }
  return all;
}

// Checks that these logits contradict no claim; how many claims decided.
int check(const OnnxModels& models, const std::vector<Asked>& all, const std::string& output) {
  int decided = 0;
  for (const Asked& asked : all) {
    INFO(asked.name, " ", output);
    const Index each = asked.pixels.front().images.dim(0), n = each * std::ssize(asked.pixels);
    const std::vector<int> said = argmax(models.result({n, asked.classes}, asked.name, output));
    for (std::size_t i = 0; i < asked.pixels.size(); ++i) {
      const auto first = said.begin() + static_cast<Index>(i) * each;
      CHECK(asked.pixels[i].wrong({first, first + each}) == 0);
      for (const Claim claim : asked.pixels[i].claims) decided += claim != Claim::maybe;
    }
  }
  return decided;
}

}  // namespace

TEST_CASE("ONNX Runtime contradicts no verdict on a network on which floats go wrong") {
  const OnnxRuntime runtime;
  if (!runtime.available()) return;
  const std::vector<Asked> all = ask(runtime);
  runtime.run();
  CHECK(check(runtime, all, "output") > 500);
}

TEST_CASE(
    "PyTorch contradicts no verdict on a network on which floats go wrong: with oneDNN's kernels, its own, "
    "and zeros in place of subnormal numbers") {
  if (!torch_available()) return;
  const OnnxInTorch torch;
  const std::vector<Asked> all = ask(torch);
  torch.run();
  for (const std::string kernels : {"onednn", "own", "flushed"}) CHECK(check(torch, all, kernels) > 500);
}
