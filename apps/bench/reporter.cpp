#include <voronet/apps/bench/case.h>
#include <voronet/apps/bench/reporter.h>
#include <voronet/apps/text/numbers.h>

#include <cmath>
#include <iomanip>
#include <iostream>

namespace voronet {
namespace {

using Run = benchmark::BenchmarkReporter::Run;

constexpr const char *images = "items_per_second", *flop = "flop";

bool counts(const Run& run, const char* what) { return run.counters.count(what) > 0; }
double rate(const Run& run, const char* what) { return run.counters.at(what); }

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
              << (counts(run, images) ? thousands(std::lround(rate(run, images))) : "") << std::setw(9)
              << (counts(run, flop) ? fixed(rate(run, flop) / 1e9, 1) : "") << std::setw(9)
              << (counts(run, flop) ? percent(rate(run, flop) / gemm_rate()) : "") << std::endl;
}

void BenchCollector::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs)
    results[run.run_name.function_name] = counts(run, images) ? rate(run, images) : rate(run, flop) / 1e9;
}

}  // namespace voronet
