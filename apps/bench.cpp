// `voronet bench`: how fast this machine trains and runs the networks, by Google Benchmark.
#include <voronet/apps/command.h>
#include <voronet/core/autograd.h>
#include <voronet/core/parallel.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/loss.h>
#include <voronet/layers/predictor.h>
#include <voronet/optim/sgd.h>

#include <iostream>
#include <memory>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

namespace voronet {
namespace {

constexpr Index train_batch = 128, infer_batch = 400;

// LeNet with its original 84 features, on images of noise.
struct LeNetSetup {
  explicit LeNetSetup(Index batch) : images(uniform({batch, 28, 28, 1}, 0, 1, random)) {
    for (Index i = 0; i < batch; ++i) labels.push_back(static_cast<int>(random.below(10)));
  }

  Random random{1};
  Classifier net{{.embedding = 84}, random};
  Tensor images;
  std::vector<int> labels;
};

// One step: forward, loss, all gradients, update.
void lenet_train(benchmark::State& state) {
  LeNetSetup setup(train_batch);
  Sgd sgd(setup.net.parameters(), {.rate = 0.01, .momentum = 0.9, .weight_decay = 5e-4});
  for (auto _ : state)
    sgd.step(grad(cross_entropy(setup.net(setup.images), setup.labels), setup.net.parameters()));
  state.SetItemsProcessed(state.iterations() * train_batch);
}

void lenet_infer(benchmark::State& state) {
  LeNetSetup setup(infer_batch);
  const Predictor predictor(setup.net, infer_batch);
  for (auto _ : state) benchmark::DoNotOptimize(predictor(setup.images).classes.data());
  state.SetItemsProcessed(state.iterations() * infer_batch);
}

// Keeps images per second by name, and passes everything on to the usual table.
class Collector : public benchmark::ConsoleReporter {
 public:
  explicit Collector(bool table) : benchmark::ConsoleReporter(OO_Tabular), table_(table) {}
  bool ReportContext(const Context& context) override {
    return !table_ || ConsoleReporter::ReportContext(context);
  }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      results[run.run_name.function_name] = static_cast<double>(run.counters.at("items_per_second"));
    if (table_) ConsoleReporter::ReportRuns(runs);
  }

  nlohmann::ordered_json results;

 private:
  bool table_;
};

struct BenchOptions {
  std::string filter = "all";
  double seconds = 2;
  bool json = false;
};

void run_bench(const BenchOptions& options) {
  using Function = void (*)(benchmark::State&);
  for (const auto& [name, function] :
       {std::pair<const char*, Function>("lenet_train", lenet_train), {"lenet_infer", lenet_infer}})
    benchmark::RegisterBenchmark(name, function)
        ->MinTime(options.seconds)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  Collector collector(!options.json);
  const std::size_t ran = benchmark::RunSpecifiedBenchmarks(&collector, options.filter);
  require(ran > 0, "bench: no benchmark matches ", options.filter);
  if (options.json) std::cout << collector.results.dump() << std::endl;
}

}  // namespace

void add_bench(CLI::App& program, const CommonOptions&) {
  auto* command =
      program.add_subcommand("bench", "Images per second of training (batch 128) and inference (batch 400)");
  const auto options = std::make_shared<BenchOptions>();
  command->add_option("--filter", options->filter,
                      "Only benchmarks whose name matches this regular expression");
  command->add_option("--seconds", options->seconds, "Time for each, at least")->check(CLI::PositiveNumber);
  command->add_flag("--json", options->json, "One JSON object on standard output: images per second by name");
  command->footer("apps/bench_peers.sh runs the same beside PyTorch.");
  command->callback([=] { run_bench(*options); });
}

}  // namespace voronet
