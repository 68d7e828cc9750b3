#include <voronet/apps/bench/case.h>
#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/pixel/exhaustive.h>

namespace voronet {
namespace {

void lenet_exhaustive(benchmark::State& state) {
  Random random(1);
  Classifier net({.model = "lenet", .embedding = 10}, random);
  const AttackedModel model(net);
  data::Dataset set;
  set.images = noise(4, net.input_shape(), random);
  set.labels = model.predict(set.images).classes;  // attacked are images that are classified correctly
  set.classes = static_cast<int>(net.config().classes);
  Index queries = 0;
  for (auto _ : state) queries += attack_all(Exhaustive{.census = true}, model, set).queries;
  state.SetItemsProcessed(queries);
}

void resnet18_delta(benchmark::State& state) {
  Random random(1);
  Classifier net(bench_config("resnet18"), random);
  const data::Images base = noise(1, net.input_shape(), random);
  const auto queries = ask_pixels_of(net)(base);
  constexpr Index count = 1024;
  PixelCandidates candidates;
  for (Index i = 0; i < count; ++i) {
    candidates.positions.push_back(static_cast<std::int32_t>(random.below(base.height * base.width)));
    for (Index channel = 0; channel < base.channels; ++channel)
      candidates.values.push_back(static_cast<std::uint8_t>(random.below(256)));
  }
  for (auto _ : state) benchmark::DoNotOptimize(queries(candidates).classes.data());
  state.SetItemsProcessed(state.iterations() * count);
}

}  // namespace

std::vector<BenchCase> attack_cases() {
  return {{"lenet_exhaustive", lenet_exhaustive}, {"resnet18_delta", resnet18_delta}};
}

}  // namespace voronet
