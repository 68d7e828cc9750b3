// `voronet bench`: how fast this machine trains, runs, attacks and proves networks, and the kernels under
// them, by Google Benchmark; and how far its cores are from each other.
#include <voronet/apps/bench/case.h>
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/apps/text/json.h>
#include <voronet/apps/text/numbers.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <regex>

namespace voronet {
namespace {

using Run = benchmark::BenchmarkReporter::Run;

constexpr const char *images = "items_per_second", *flop = "flop";

bool counts(const Run& run, const char* what) { return run.counters.count(what) > 0; }
double rate(const Run& run, const char* what) { return run.counters.at(what); }

// A line each as they end: milliseconds, images per second of networks and attacks, GFLOP/s where they are
// counted, and their share of gemm_rate().
class BenchTable : public benchmark::BenchmarkReporter {
 public:
  explicit BenchTable(std::size_t name_width) : name_width_(static_cast<int>(name_width)) {}
  bool ReportContext(const Context&) override {
    print("", {"ms", "images/s", "GFLOP/s", "of gemm"});
    return true;
  }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      print(run.run_name.function_name, {fixed(run.GetAdjustedRealTime(), 2),
                                         counts(run, images) ? thousands(std::lround(rate(run, images))) : "",
                                         counts(run, flop) ? fixed(rate(run, flop) / 1e9, 1) : "",
                                         counts(run, flop) ? percent(rate(run, flop) / gemm_rate()) : ""});
  }

 private:
  void print(const std::string& name, const std::array<std::string, 4>& cells) const {
    std::cout << std::left << std::setw(name_width_) << name << std::right;
    for (int i = 0; i < 4; ++i) std::cout << std::setw(i == 1 ? 12 : 9) << cells[i];
    std::cout << std::endl;
  }

  int name_width_;
};

// Keeps one number by name: images per second of networks and attacks, GFLOP/s of kernels.
class BenchCollector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      results[run.run_name.function_name] = counts(run, images) ? rate(run, images) : rate(run, flop) / 1e9;
  }

  Json results;
};

struct BenchOptions {
  CheckpointOptions network;
  std::string filter = ".*";
  double seconds = 2;
  bool kernels = false, list = false, explain = false, round_trip = false, json = false;
};

std::regex regex_of(const std::string& filter) {
  try {
    return std::regex(filter);
  } catch (const std::regex_error&) {
    throw Error("bench: " + filter + " is not a regular expression");
  }
}

std::vector<BenchCase> all_cases(const BenchOptions& options) {
  if (options.kernels) return kernel_cases();
  if (!options.network.checkpoint.empty()) return cases_of([=] { return load(options.network); });
  std::vector<BenchCase> cases = network_cases();
  for (auto* more : {attack_cases, proof_cases})
    for (BenchCase& one : more()) cases.push_back(std::move(one));
  return cases;
}

std::vector<BenchCase> chosen_cases(const BenchOptions& options) {
  const std::regex wanted = regex_of(options.filter);
  std::vector<BenchCase> cases;
  for (BenchCase& one : all_cases(options))
    if (std::regex_search(one.name, wanted)) cases.push_back(std::move(one));
  require(!cases.empty(), "bench: no benchmark of ",
          options.kernels ? "kernels" : "networks, attacks and proofs", " matches ", options.filter,
          " (--list prints the names)");
  return cases;
}

void list_cases(const std::vector<BenchCase>& cases) {
  for (const BenchCase& one : cases) std::cout << one.name << '\n';
}

void measure(const std::vector<BenchCase>& cases, const BenchOptions& options) {
  std::size_t name_width = 0;
  for (const BenchCase& one : cases) {
    name_width = std::max(name_width, one.name.size());
    benchmark::RegisterBenchmark(one.name.c_str(), one.run)
        ->MinTime(options.seconds)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
  if (options.json) {
    BenchCollector collector;
    benchmark::RunSpecifiedBenchmarks(&collector, "all");
    std::cout << json_text(collector.results) << std::endl;
  } else {
    BenchTable table(name_width);
    benchmark::RunSpecifiedBenchmarks(&table, "all");
  }
}

void print_round_trip(bool json) {
  const double nanoseconds = round_trip_nanoseconds();
  if (json)
    std::cout << json_text({{"round_trip_ns", nanoseconds}}) << std::endl;
  else
    std::cout << "a cache line goes from one core to another and back in " << fixed(nanoseconds, 0) << " ns"
              << std::endl;
}

void run_bench(const BenchOptions& options) {
  if (options.round_trip) {
    print_round_trip(options.json);
    return;
  }
  if (options.explain) {
    std::cout << explain_kernels();
    return;
  }
  const std::vector<BenchCase> cases = chosen_cases(options);
  if (options.list)
    list_cases(cases);
  else
    measure(cases, options);
}

}  // namespace

void add_bench(CLI::App& program, const CommonOptions&) {
  auto* command = program.add_subcommand("bench",
                                         "Images per second of training (batch 128), inference (batch 400), "
                                         "pixel attacks and proofs, GFLOP/s of kernels");
  const auto options = std::make_shared<BenchOptions>();
  add_checkpoint_options(*command, options->network);
  auto* checkpoint = command->get_option("--checkpoint")->required(false);
  command
      ->add_flag("--kernels", options->kernels,
                 "Instead: the matrix product and each convolution of the networks")
      ->excludes(checkpoint);
  command->add_option("--filter", options->filter,
                      "Only benchmarks whose name matches this regular expression");
  command->add_option("--seconds", options->seconds, "Time for each, at least")->check(positive_number());
  command->add_flag("--list", options->list, "Only print the names of the benchmarks");
  command->add_flag("--explain", options->explain,
                    "Only print which kernel each convolution of the networks takes, and why");
  command->add_flag("--round-trip", options->round_trip,
                    "Only print how long a cache line takes from one core to another and back");
  command->add_flag("--json", options->json,
                    "One JSON object on standard output: by name, images/s, or kernels' GFLOP/s");
  command->callback([=] { run_bench(*options); });
}

}  // namespace voronet
