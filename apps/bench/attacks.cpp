#include <voronet/apps/bench/case.h>
#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/pixel/exhaustive.h>
#include <voronet/attacks/proof/exact.h>

namespace voronet {
namespace {

Classifier lenet10() {
  Random random(1);
  return {{.model = "lenet", .embedding = 10}, random};
}

// Attacked are images that are classified correctly.
data::Dataset noise_of_classes(const Classifier& net, const AttackedModel& model) {
  Random random(1);
  data::Dataset set;
  set.images = noise(4, net.input_shape(), random);
  set.labels = model.predict(set.images).classes;
  set.classes = static_cast<int>(net.config().classes);
  return set;
}

void exhaustive(benchmark::State& state, const MakeNetwork& make) {
  Classifier net = make();
  const AttackedModel model(net);
  const data::Dataset set = noise_of_classes(net, model);
  Index queries = 0;
  for (auto _ : state) queries += attack_all(Exhaustive{.census = true}, model, set).queries;
  state.SetItemsProcessed(queries);
}

void exact_answers(benchmark::State& state, const MakeNetwork& make) {
  Classifier net = make();
  const AttackedModel model(net);
  const data::Dataset set = noise_of_classes(net, model);
  const Exact method{.network = std::make_shared<const ProvableNetwork>(net), .census = true};
  for (auto _ : state) benchmark::DoNotOptimize(attack_all(method, model, set).rows.data());
  state.SetItemsProcessed(state.iterations() * set.images.count * set.images.image_size() * 255);
}

void delta(benchmark::State& state, const MakeNetwork& make) {
  Classifier net = make();
  Random random(1);
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
  return {{"lenet_exhaustive", [](benchmark::State& state) { exhaustive(state, lenet10); }},
          {"resnet18_delta", [](benchmark::State& state) { delta(state, fresh("resnet18")); }}};
}

std::vector<BenchCase> attack_cases(const MakeNetwork& make, Index channels) {
  if (channels == 1)
    return {{"exhaustive", [=](benchmark::State& state) { exhaustive(state, make); }},
            {"exact", [=](benchmark::State& state) { exact_answers(state, make); }}};
  return {{"delta", [=](benchmark::State& state) { delta(state, make); }}};
}

}  // namespace voronet
