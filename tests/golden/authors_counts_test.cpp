// 34 LeNets that the paper's authors published classify exactly as many test images as they recorded.
#include <voronet/core/file.h>
#include <voronet/data/datasets.h>
#include <voronet/layers/checkpoint.h>
#include <voronet/optim/training/evaluate.h>

#include <filesystem>
#include <map>

#include "support/sanitized.h"
#include "support/skip.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace voronet;
using namespace voronet::test;

namespace {

// Test images by the data set's name; none where this machine has not got it.
const data::Dataset* test_images(const std::string& name) {
  static std::map<std::string, data::Dataset> loaded;
  if (loaded.count(name) == 0 && !data::find_folder(data::known_dataset(name)).empty())
    loaded[name] = data::load(name, data::Split::test);
  const auto found = loaded.find(name);
  return found == loaded.end() ? nullptr : &found->second;
}

}  // namespace

TEST_CASE("the authors' networks classify as many images as they recorded") {
  const std::filesystem::path folder = VORONET_SOURCE_DIR "/../shared/networks/authors";
  if (!std::filesystem::exists(folder)) return skipped("needs the authors' networks in ../shared");
  int left_out = 0;
  for (const auto& entry : nlohmann::json::parse(read_file(folder / "index.json"))) {
    const data::Dataset* images = test_images(entry["data"]);
    if (images == nullptr || (sanitized && entry["embedding"] != 8)) {
      ++left_out;
      continue;
    }
    const std::string name = entry["file"];
    CAPTURE(name);
    Classifier network =
        load_classifier(folder / name, {{"model", "lenet"},
                                        {"head", entry["head"]},
                                        {"embedding", std::to_string(entry["embedding"].get<int>())},
                                        {"final_relu", entry["final_relu"]},
                                        {"mean", "0.5"},
                                        {"std", "1"}});
    const Evaluation result = evaluate(network, *images);
    CHECK(result.correct == entry["correct"].get<Index>());
    CHECK(result.total == entry["of"].get<Index>());
  }
  if (left_out > 0) skipped(text(left_out, " of 34 networks: needs `voronet data mnist`, and no sanitizer"));
}
