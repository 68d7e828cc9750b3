// `voronet attack`: searches for changes of a few pixels that flip what a network says, image by image.
#include <voronet/apps/attack_folder.h>
#include <voronet/apps/command.h>
#include <voronet/apps/gallery.h>
#include <voronet/apps/interrupt.h>
#include <voronet/apps/model_options.h>
#include <voronet/apps/numbers.h>
#include <voronet/apps/progress.h>
#include <voronet/apps/table.h>
#include <voronet/attacks/one_pixel.h>
#include <voronet/core/file.h>
#include <voronet/core/text.h>
#include <voronet/data/datasets.h>
#include <voronet/data/md5.h>

#include <iostream>
#include <memory>
#include <optional>

namespace voronet {
namespace {

struct AttackOptions {
  CheckpointOptions network;
  std::string data, method = "one-pixel", split = "test", preset = "hess2020", goal = "confident-flip", out;
  Index pixels = 1, images = 100, start = 0;
  std::optional<Index> population, generations;
  std::uint64_t seed = 1;
  double tau = 0.1;
  bool published_stopping = false, targeted = false, json = false, resume = false;
};

OnePixel one_pixel(const AttackOptions& options) {
  OnePixel attack;
  attack.pixels = options.pixels;
  attack.evolution = evolution_preset(options.preset);
  attack.evolution.population = options.population.value_or(attack.evolution.population);
  attack.evolution.generations = options.generations.value_or(attack.evolution.generations);
  attack.goal = options.goal == "flip" ? Goal::flip : Goal::confident_flip;
  attack.tau = options.tau;
  attack.published_stopping = options.published_stopping;
  attack.seed = options.seed;
  return attack;
}

// Everything that decides the rows. Neither paths nor the number of images: a network may move, and a
// finished attack may be taken further.
Json settings_of(const AttackOptions& options, const OnePixel& attack) {
  return {{"network_md5", data::md5(read_file(checkpoint_file(options.network)))},
          {"network_options", options.network.overrides},
          {"data", options.data},
          {"split", options.split},
          {"method", options.method},
          {"pixels", attack.pixels},
          {"preset", options.preset},
          {"population", attack.evolution.population},
          {"generations", attack.evolution.generations},
          {"goal", options.goal},
          {"tau", attack.tau},
          {"published_stopping", attack.published_stopping},
          {"targeted", options.targeted},
          {"start", options.start},
          {"seed", attack.seed}};
}

AttackRun run_and_store(const AttackOptions& options, const OnePixel& attack, const Predict& predict,
                        const data::Dataset& set, AttackFolder& folder, Screen screen) {
  std::optional<Progress> progress;  // begins when the first row is there, and with it their number
  double seconds = 0;
  Index flips = 0;
  for (const AttackRow& row : folder.finished().rows) flips += row.flip();
  const auto store = [&](const AttackRun& so_far, Index total) {
    const AttackRow& row = so_far.rows.back();
    folder.add(row, set.images.select({&row.index, 1}), so_far.seconds - seconds, predict);
    seconds = so_far.seconds;
    flips += row.flip();
    const Index done = std::ssize(so_far.rows);
    if (!progress) progress.emplace(screen, "attack", "images", total, done - 1);
    progress->update(done, text(flips, " flips"));
    require(!interrupted() || done == total, "stopped after ", done, " of ", total,
            " attacks: go on with the same command and --resume");
  };
  AttackRun run = attack_all(attack, predict, set,
                             {.images = options.images,
                              .start = options.start,
                              .targeted = options.targeted,
                              .finished = folder.finished().rows,
                              .progress = store});
  run.seconds += folder.finished().seconds;
  run.queries += folder.finished().queries;
  return run;
}

void run_attack(const AttackOptions& options, const CommonOptions& common) {
  const OnePixel attack = one_pixel(options);
  Classifier classifier = load(options.network);
  const Predict predict = predict_with(classifier);
  const data::Dataset set =
      data::load(options.data, options.split == "train" ? data::Split::train : data::Split::test);
  const Json settings = settings_of(options, attack);
  AttackFolder folder(options.out, settings, options.resume, options.images);

  AttackRecord record{
      classifier.config().head, threat_model(attack), settings, attack.tau, set.class_names, {}};
  record.run = run_and_store(options, attack, predict, set, folder, standard_error(common.quiet));
  folder.finish(record);
  if (options.json) {
    std::cout << to_json(record).dump() << std::endl;
  } else {
    std::cout << text_table(attack_columns(), {attack_cells(record)}) << '\n'
              << attack_caption(text(record.run.rows.size())) << "\nPictures and page: " << options.out
              << "/report.html" << std::endl;
  }
}

}  // namespace

void add_attack(CLI::App& program, const CommonOptions& common) {
  const auto options = std::make_shared<AttackOptions>();
  auto* command = program.add_subcommand("attack", "Look for changes of a few pixels that flip the class");
  add_checkpoint_options(*command, options->network);
  command->add_option("--data", options->data, "Data set: a name, or a folder with its files")->required();
  command->add_option("--out", options->out, "Folder for attack.json, attack.csv, report.html and pictures")
      ->required();
  command->add_option("--split", options->split, "Which images")->check(CLI::IsMember({"test", "train"}));
  command->add_option("--images", options->images, "Attack so many correctly classified images")
      ->check(CLI::PositiveNumber);
  command->add_option("--start", options->start, "Pass over the images before this one")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--method", options->method, "Attack")->check(CLI::IsMember({"one-pixel"}));
  command->add_option("--pixels", options->pixels, "At most so many pixels change")
      ->check(CLI::PositiveNumber);
  std::vector<std::string> presets;
  for (const Evolution& preset : evolution_presets()) presets.push_back(preset.name);
  command->add_option("--preset", options->preset, "Differential evolution as published")
      ->check(CLI::IsMember(presets));
  command->add_option("--population", options->population,
                      "Candidates a generation, instead of the preset's");
  command->add_option("--generations", options->generations, "Generations, instead of the preset's");
  command->add_flag("--targeted", options->targeted, "Attack each image once for every other class");
  command->add_option("--goal", options->goal, "What ends a search")
      ->check(CLI::IsMember({"confident-flip", "flip"}));
  command->add_option("--tau", options->tau, "A flip is confident above this confidence")
      ->check(CLI::Range(0.0, 1.0));
  command->add_flag("--published-stopping", options->published_stopping,
                    "End as hess2020's code does: any flip of the best candidate");
  command->add_option("--seed", options->seed, "Same seed, same rows");
  command->add_flag("--json", options->json, "One JSON object on standard output");
  command->add_flag("--resume", options->resume, "Go on with the attack in --out, or start it");
  command->footer(
      "Examples:\n"
      "  voronet attack --checkpoint runs/gauss --data fashion-mnist --out runs/gauss/attack\n"
      "  voronet attack --checkpoint their.safetensors --data fashion-mnist --out attack \\\n"
      "    --model lenet --embedding 10 --head gauss --mean 0.5 --std 1 --images 1000 --seed 7 --json");
  command->callback([=, &common] { run_attack(*options, common); });
}

}  // namespace voronet
