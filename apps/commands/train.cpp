// `voronet train`: trains by a recipe, into a run folder, and resumes exactly where it was stopped.
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/apps/train/evaluation_json.h>
#include <voronet/apps/train/train_run.h>
#include <voronet/optim/training/recipe.h>
#include <voronet/ranks/ranks.h>

#include <iostream>
#include <memory>

namespace voronet {
namespace {

struct TrainCommand {
  TrainOptions train;
  bool list = false, json = false;
};

void run_train(const TrainCommand& command, const CommonOptions& common) {
  const bool first = command.train.team->rank() == 0;
  const auto [folder, epochs, result, test_md5, train_md5] =
      train(command.train, standard_error(common.quiet || !first));
  if (command.json) {
    Json object = {{"epochs", epochs}};
    object.update(evaluation_json(result, test_md5));
    object["train_md5"] = train_md5;
    object["checkpoint"] = folder.checkpoint().string();
    std::cout << json_text(object) << std::endl;
  } else {
    std::cout << "test accuracy " << fixed(100 * result.accuracy(), 2) << " %, mean confidence "
              << fixed(result.mean_confidence(), 3) << ", written to " << folder.path.string() << std::endl;
  }
}

void list_recipes() {
  for (const Recipe& r : recipes()) {
    std::cout << r.name << " (" << r.head << "): " << r.about << "\n    ";
    for (const Stage& stage : r.warmup)
      std::cout << stage.epochs << " epochs of softmax at " << stage.rate << ", ";
    for (const Stage& stage : r.stages) std::cout << stage.epochs << " at " << stage.rate << ", ";
    const auto& decay = r.weight_decay;
    std::cout << "batch " << r.batch << ", momentum " << r.momentum << "\n    weight decay: embed "
              << decay.embed << ", head " << decay.head;
    if (r.head == "gauss") std::cout << ", gamma " << decay.gamma << ", loss " << decay.loss;
    if (r.spectral_norm != 0) std::cout << "; spectral norms " << r.spectral_norm;
    const auto& penalty = r.gradient_penalty;
    if (penalty.features != 0) std::cout << "; gradient penalty on features " << penalty.features;
    if (penalty.confidences != 0) std::cout << "; gradient penalty on confidences " << penalty.confidences;
    std::cout << '\n';
  }
}

}  // namespace

void add_train(CLI::App& program, const CommonOptions& common) {
  auto* command = program.add_subcommand("train", "Train a classifier by a recipe, into a run folder");
  const auto options = std::make_shared<TrainCommand>();
  add_train_settings(*command, options->train.given);
  command->add_option("--out", options->train.out,
                      "Folder for the run: config.toml, metrics.csv, checkpoint.safetensors, report.html");
  command->add_flag("--resume", options->train.resume, "Go on with the run in --out, or start it");
  command
      ->add_option("--save-seconds", options->train.save_seconds,
                   "Save at least this often, and after each epoch")
      ->check(number_from(0.0));
  command->add_flag("--list-recipes", options->list, "Show the recipes with their constants, and end");
  command->add_flag("--json", options->json, "One JSON object on standard output");
  command->callback([=, &common] {
    if (options->list) return list_recipes();
    if (options->train.out.empty()) throw CLI::RequiredError("--out");
    options->train.team = &ranks::everyone();
    run_train(*options, common);
  });
}

}  // namespace voronet
