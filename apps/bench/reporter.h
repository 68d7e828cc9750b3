// What `voronet bench` prints of its measurements.
#pragma once

#include <voronet/apps/text/json.h>

#include <benchmark/benchmark.h>

namespace voronet {

// A line each as they end: milliseconds, images per second of networks and attacks, GFLOP/s where they are
// counted, and their share of gemm_rate().
class BenchTable : public benchmark::BenchmarkReporter {
 public:
  // Names have at most this many characters.
  explicit BenchTable(std::size_t name_width) : name_width_(static_cast<int>(name_width)) {}
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;

 private:
  int name_width_;
};

// Keeps one number by name: images per second of networks and attacks, GFLOP/s of kernels.
class BenchCollector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override;

  Json results;
};

}  // namespace voronet
