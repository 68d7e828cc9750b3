// ONNX Runtime on networks on which floats go wrong: it contradicts no verdict of the bounds.
#include <voronet/interchange/onnx_model.h>

#include "attacks/proof/hostile_networks.h"
#include "support/onnx_runtime.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("ONNX Runtime contradicts no verdict on a network on which floats go wrong") {
  const OnnxRuntime runtime;
  if (!runtime.available()) return;
  std::vector<Hostile> networks = overflowing();
  for (auto more : {cancelling, underflowing})
    for (Hostile& each : more()) networks.push_back(std::move(each));
  networks.push_back(of_a_thousand_classes());
  networks.push_back(of_long_sums());
  networks.push_back(of_residual_blocks());
  for (std::uint64_t seed = 0; seed < 40; ++seed) networks.push_back(of_all_sizes(seed));

  struct Asked {
    std::string name;
    Index classes;
    std::vector<PixelClaims> pixels;
  };
  std::vector<Asked> all;
  for (const Hostile& each : networks)
    for (const Tensor& base : each.images) {
      Asked asked{text(all.size()), evaluated(*each.network, base).dim(1), claims_of(each, base)};
      Tensors images;
      for (const PixelClaims& pixel : asked.pixels) images.push_back(pixel.images);
      runtime.add(asked.name, onnx_model(*each.network, base.shape().without(0)), concat(images, 0));
      all.push_back(std::move(asked));
    }
  runtime.run();
  int decided = 0;
  for (const auto& [name, classes, pixels] : all) {
    INFO(name);
    const Index each = pixels.front().images.dim(0), n = each * std::ssize(pixels);
    const std::vector<int> said = argmax(runtime.result({n, classes}, name, "output"));
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      const auto first = said.begin() + static_cast<Index>(i) * each;
      CHECK(pixels[i].wrong({first, first + each}) == 0);
      for (const Claim claim : pixels[i].claims) decided += claim != Claim::maybe;
    }
  }
  CHECK(decided > 500);
}
