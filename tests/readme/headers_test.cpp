// That voronet.h is complete.
#include <voronet/core/file.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

namespace fs = std::filesystem;

std::string source(const std::string& file) { return read_file(fs::path(VORONET_SOURCE_DIR) / file); }

// The headers that a header brings along, itself included.
void include(const std::string& header, std::set<std::string>& all) {
  static const std::regex line("#include <voronet/([^>]+)>");
  if (!all.insert(header).second) return;
  const std::string text = source(header);
  for (auto match = std::sregex_iterator(text.begin(), text.end(), line); match != std::sregex_iterator();
       ++match)
    include((*match)[1], all);
}

}  // namespace

TEST_CASE("voronet.h brings every header of the library but kernels and those named here as internal") {
  const std::set<std::string> internal = {"attacks/proof/value_search.h",
                                          "core/half.h",
                                          "data/gzip.h",
                                          "data/md5.h",
                                          "data/pieces.h",
                                          "data/process.h",
                                          "interchange/onnx_graph.h",
                                          "interchange/onnx_importer.h",
                                          "interchange/onnx_nodes.h",
                                          "interchange/onnx_numbers.h",
                                          "layers/plan/form_sums.h",
                                          "layers/plan/form_vector.h",
                                          "layers/plan/fusion.h",
                                          "layers/plan/graph_text.h",
                                          "layers/plan/range_pass.h",
                                          "layers/plan/tight_ranges.h",
                                          "layers/plan/run_step.h",
                                          "layers/plan/winograd_rounding.h",
                                          "theory/values.h"};
  std::set<std::string> brought;
  include("voronet.h", brought);
  for (const std::string folder :
       {"core", "layers", "optim", "data", "ranks", "attacks", "theory", "interchange"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(VORONET_SOURCE_DIR) / folder)) {
      const std::string header = fs::relative(entry.path(), VORONET_SOURCE_DIR).generic_string();
      if (entry.path().extension() != ".h" || header.starts_with("core/kernels/")) continue;
      CAPTURE(header);
      CHECK(brought.contains(header) != internal.contains(header));
    }
}
