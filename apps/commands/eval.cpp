// `voronet eval`: accuracy and mean confidence of a checkpoint on a data set.
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/cli/progress.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/apps/train/evaluation_json.h>
#include <voronet/data/content_md5.h>
#include <voronet/data/datasets.h>

#include <iostream>
#include <memory>

namespace voronet {
namespace {

struct EvalOptions {
  CheckpointOptions network;
  std::string data, split = "test";
  bool json = false;
};

void run_eval(const EvalOptions& options, const CommonOptions& common) {
  Classifier classifier = load(options.network);
  const data::Dataset data = data::load(options.data, data::split_named(options.split));
  Progress progress(standard_error(common.quiet), "eval", data.unit(), data.size());
  const Evaluation result = evaluate(classifier, data, [&](Index done) { progress.update(done); });
  if (options.json) {
    std::cout << json_text(evaluation_json(result, data::content_md5(data))) << std::endl;
  } else {
    std::cout << thousands(result.correct) << " of " << thousands(result.total) << " correct, accuracy "
              << fixed(100 * result.accuracy(), 2) << " %, mean confidence "
              << fixed(result.mean_confidence(), 3) << std::endl;
  }
}

}  // namespace

void add_eval(CLI::App& program, const CommonOptions& common) {
  auto* command =
      program.add_subcommand("eval", "Accuracy and mean confidence of a checkpoint on a data set");
  const auto options = std::make_shared<EvalOptions>();
  add_checkpoint_options(*command, options->network);
  command->add_option("--data", options->data, data_help)->required();
  command->add_option("--split", options->split, "Which images")->check(CLI::IsMember({"test", "train"}));
  command->add_flag("--json", options->json, "One JSON object on standard output");
  command->callback([=, &common] { run_eval(*options, common); });
}

}  // namespace voronet
