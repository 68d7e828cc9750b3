#include <voronet/apps/bench_kernels.h>
#include <voronet/apps/bench_reporter.h>
#include <voronet/apps/numbers.h>

#include <cmath>
#include <iomanip>
#include <iostream>

namespace voronet {
namespace {

using Run = benchmark::BenchmarkReporter::Run;

bool counts_images(const Run& run) { return run.counters.count("items_per_second") > 0; }
double images_a_second(const Run& run) { return run.counters.at("items_per_second"); }
double flop_a_second(const Run& run) { return run.counters.at("flop"); }

}  // namespace

bool BenchTable::ReportContext(const Context&) {
  std::cout << std::left << std::setw(name_width_) << "" << std::right << std::setw(10) << "ms"
            << std::setw(10) << "images/s" << std::setw(9) << "GFLOP/s" << std::setw(9) << "of gemm" << '\n';
  return true;
}

void BenchTable::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs)
    std::cout << std::left << std::setw(name_width_) << run.run_name.function_name << std::right
              << std::setw(10) << fixed(run.GetAdjustedRealTime(), 2) << std::setw(10)
              << (counts_images(run) ? thousands(std::lround(images_a_second(run))) : "") << std::setw(9)
              << fixed(flop_a_second(run) / 1e9, 1) << std::setw(9)
              << percent(flop_a_second(run) / gemm_rate()) << std::endl;
}

void BenchCollector::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs)
    results[run.run_name.function_name] =
        counts_images(run) ? images_a_second(run) : flop_a_second(run) / 1e9;
}

}  // namespace voronet
