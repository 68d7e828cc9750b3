#include <voronet/apps/bench/case.h>
#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/pixel/settled_queries.h>
#include <voronet/attacks/proof/exact.h>
#include <voronet/core/parallel.h>

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

// All values of all pixels of a gray image, in batches.
std::vector<PixelCandidates> all_values(const data::Images& images) {
  std::vector<PixelCandidates> batches(1);
  for (Index position = 0; position < images.height * images.width; ++position)
    for (int value = 0; value < 256; ++value) {
      if (batches.back().count() == query_batch) batches.emplace_back();
      batches.back().positions.push_back(static_cast<std::int32_t>(position));
      batches.back().values.push_back(static_cast<std::uint8_t>(value));
    }
  return batches;
}

void exhaustive(benchmark::State& state, const MakeNetwork& make) {
  Classifier net = make();
  const AttackedModel model(net);
  const data::Dataset set = noise_of_classes(net, model);
  const std::vector<PixelCandidates> batches = all_values(set.images);
  const auto ask = [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const auto queries = settled_queries(model, set.images.select({&i, 1}), set.labels[i], 0.1);
      for (const PixelCandidates& batch : batches) benchmark::DoNotOptimize(queries(batch).classes.data());
    }
  };
  for (auto _ : state) parallel_for(set.size(), 1, ask);
  state.SetItemsProcessed(state.iterations() * set.images.count * set.images.image_size() * 256);
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
