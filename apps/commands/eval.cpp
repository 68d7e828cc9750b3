// `voronet eval`: accuracy and mean confidence of a checkpoint on a data set.
#include <voronet/apps/attack/asked_model.h>
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/image_range.h>
#include <voronet/apps/cli/progress.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/apps/train/evaluation_json.h>
#include <voronet/core/file.h>
#include <voronet/data/content_md5.h>
#include <voronet/data/datasets.h>

#include <functional>
#include <iostream>
#include <memory>
#include <numeric>

namespace voronet {
namespace {

struct EvalOptions {
  CheckpointOptions network;
  BlackBoxOptions box;
  std::string data, split = "test", predictions;
  std::optional<data::ImageRange> range;
  bool json = false;
};

void run_eval(const EvalOptions& options, const CommonOptions& common) {
  data::Dataset data = data::load(options.data, data::split_named(options.split));
  const AskedModel model(options.network, options.box, data);
  if (options.range) {
    require_within(*options.range, data);
    std::vector<Index> chosen(options.range->size());
    std::iota(chosen.begin(), chosen.end(), options.range->first);
    data = data.select(chosen);
  }
  Progress progress(standard_error(common.quiet), "eval", data.unit(), data.size());
  const Evaluation result = evaluate(std::cref(model), data, [&](Index done) { progress.update(done); });
  if (!options.predictions.empty())
    write_file(options.predictions,
               to_text(predictions_csv(result, options.range ? options.range->first : 0)));
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
  add_black_box_options(*command, options->box);
  command->add_option("--data", options->data, data_help)->required();
  command->add_option("--split", options->split, "Which images")->check(CLI::IsMember({"test", "train"}));
  add_range_option(*command, options->range, "; default: all");
  command
      ->add_option("--predictions", options->predictions,
                   "Write here what the network says of each image: index, label, predicted, confidence")
      ->type_name("FILE.csv");
  command->add_flag("--json", options->json, "One JSON object on standard output");
  command->callback([=, &common] {
    require_one_model(*command);
    run_eval(*options, common);
  });
}

}  // namespace voronet
