#include <voronet/apps/bench/case.h>
#include <voronet/apps/prove/check_table.h>
#include <voronet/apps/prove/proven_network.h>

namespace voronet {
namespace {

ProvenNetwork fresh_lenet() {
  Random random(1);
  Classifier network(bench_config("lenet"), random);
  network.to(Dtype::f64);
  network.eval();
  const std::string head = network.config().head;
  return {.name = "lenet", .last_layer = head, .network = std::move(network)};
}

data::Dataset noise_set(const ClassifierConfig& config, Index n) {
  Random random(1);
  data::Dataset set;
  set.images = noise(n, {config.height, config.width, config.channels}, random);
  set.classes = static_cast<int>(config.classes);
  for (Index i = 0; i < n; ++i) set.labels.push_back(static_cast<int>(i % config.classes));
  return set;
}

void lenet_prove(benchmark::State& state) {
  constexpr Index images = 100;
  const data::Dataset set = noise_set(bench_config("lenet"), images);
  for (auto _ : state) {
    ProvenNetwork proven = fresh_lenet();
    prove_network(proven, set, {.images = images}, Screen{});
    benchmark::DoNotOptimize(random_checks(images, 0, Screen{}).all().data());
  }
  state.SetItemsProcessed(state.iterations() * images);
}

}  // namespace

std::vector<BenchCase> proof_cases() { return {{"lenet_prove", lenet_prove}}; }

}  // namespace voronet
