// `voronet attack`: searches for small changes of images that flip what networks say.
#include <voronet/apps/attack_folder.h>
#include <voronet/apps/attack_methods.h>
#include <voronet/apps/attack_series.h>
#include <voronet/apps/command.h>
#include <voronet/apps/interrupt.h>
#include <voronet/apps/model_options.h>
#include <voronet/apps/progress.h>
#include <voronet/core/file.h>
#include <voronet/core/text.h>
#include <voronet/data/datasets.h>
#include <voronet/data/md5.h>
#include <voronet/layers/predictor.h>

#include <iostream>
#include <memory>
#include <optional>
#include <set>

namespace voronet {
namespace {

namespace fs = std::filesystem;

struct AttackOptions {
  std::vector<std::string> checkpoints;
  Settings overrides;
  std::unique_ptr<MethodTable> methods;
  std::string data, split = "test", out;
  Index images = 100, start = 0;
  bool targeted = false, json = false, resume = false;
};

// Everything that decides the rows. Neither paths nor the number of images: a network may move, and a
// finished attack may be taken further.
Json settings_of(const AttackOptions& options, const CheckpointOptions& network, const ChosenMethod& method) {
  Json settings = {{"network_md5", data::md5(read_file(checkpoint_file(network)))},
                   {"network_options", network.overrides},
                   {"data", options.data},
                   {"split", options.split},
                   {"targeted", options.targeted},
                   {"start", options.start}};
  settings.update(method.settings);
  return settings;
}

// Throws Error when the rules leave no image: only those that the network gets right are attacked, and only
// those of confidence tau or more can have a confident flip.
void require_images(const AttackOptions& options, const Json& settings, const Predict& predict,
                    const data::Dataset& set) {
  const std::vector<Index> attacked = correctly_classified(predict, set, options.images, options.start);
  require(!attacked.empty(), "attack: the network classifies no image from ", options.start, " to ",
          set.size() - 1, " correctly, and only such are attacked");
  if (!settings.contains("goal") || settings["goal"] != "confident-flip") return;
  const double tau = options.methods->shared().tau;
  const Prediction clean = predict(set.images.select(attacked));
  const auto is_confident = [&](std::size_t i) {
    return clean.confidence(static_cast<Index>(i), clean.classes[i]) >= tau;
  };
  for (std::size_t i = 0; i < attacked.size(); ++i)
    if (is_confident(i)) return;
  throw Error(text("attack: none of ", attacked.size(), " images has a confidence of ", tau,
                   " or more, so none can have a confident flip: take a lower --tau, or --goal flip"));
}

AttackRun run_and_store(const AttackOptions& options, const ChosenMethod& method,
                        const OrdinaryForward& model, const data::Dataset& set, AttackFolder& folder,
                        Screen screen) {
  std::optional<Progress> progress;  // begins when the first row is there, and with it their number
  double seconds = 0;
  Index flips = 0;
  for (const AttackRow& row : folder.finished().rows) flips += row.flip();
  const auto store = [&](const AttackRun& so_far, Index total) {
    const AttackRow& row = so_far.rows.back();
    folder.add(row, set.images.select({&row.index, 1}), so_far.seconds - seconds, model);
    seconds = so_far.seconds;
    flips += row.flip();
    const Index done = std::ssize(so_far.rows);
    if (!progress) progress.emplace(screen, "attack", "images", total, done - 1);
    progress->update(done, text(flips, " flips"));
    require(!interrupted() || done == total, "stopped after ", done, " of ", total,
            " attacks: go on with the same command and --resume");
  };
  AttackRun run = method.run(set, {.images = options.images,
                                   .start = options.start,
                                   .targeted = options.targeted,
                                   .finished = folder.finished().rows,
                                   .progress = store});
  run.seconds += folder.finished().seconds;
  run.queries += folder.finished().queries;
  return run;
}

// Attacks one network by the chosen methods, each into its own folder if there are several.
void attack_network(const AttackOptions& options, const CheckpointOptions& network, const data::Dataset& set,
                    const fs::path& out, Screen screen, AttackSeries& series) {
  Classifier classifier = load(network);
  const AttackedModel model(classifier);
  const OrdinaryForward ordinary{model.predict, Predictor(classifier)};
  const fs::path file = checkpoint_file(network);
  const std::vector<std::string> names = options.methods->chosen(set.images.channels);
  for (const std::string& name : names) {
    const ChosenMethod method = options.methods->make(name, {classifier, model, file});
    const fs::path path = names.size() > 1 ? out / name : out;
    const Json settings = settings_of(options, network, method);
    require_images(options, settings, model.predict, set);
    AttackFolder folder(path, settings, options.resume, options.images);
    AttackRecord record{classifier.config().head,      method.threat_model, settings,
                        options.methods->shared().tau, set.class_names,     {}};
    record.run = run_and_store(options, method, ordinary, set, folder, screen);
    folder.finish(record);
    series.push_back({name_of_network(network.checkpoint), name, path, std::move(record)});
  }
}

void run_attack(const AttackOptions& options, const CommonOptions& common) {
  const data::Dataset set =
      data::load(options.data, options.split == "train" ? data::Split::train : data::Split::test);
  const fs::path out = options.out;
  std::set<std::string> names;
  for (const std::string& checkpoint : options.checkpoints)
    require(names.insert(name_of_network(checkpoint)).second, "attack: two networks are called ",
            name_of_network(checkpoint), ": their folders would be one");
  AttackSeries series;
  for (const std::string& checkpoint : options.checkpoints)
    attack_network(options, {checkpoint, options.overrides}, set,
                   names.size() > 1 ? out / name_of_network(checkpoint) : out, standard_error(common.quiet),
                   series);
  if (series.size() > 1) write_file(out / "report.html", series_page(series, out));
  const AttackRecord& first = series.front().record;
  if (options.json)
    std::cout << (series.size() == 1 ? to_json(first) : to_json(series)).dump() << std::endl;
  else
    std::cout << series_table(series) << "\nPictures and page: " << (out / "report.html").string()
              << std::endl;
}

}  // namespace

void add_attack(CLI::App& program, const CommonOptions& common) {
  const auto options = std::make_shared<AttackOptions>();
  auto* command = program.add_subcommand("attack", "Look for small changes that flip the class");
  add_checkpoint_options(*command, options->checkpoints, options->overrides);
  command->add_option("--data", options->data, "Data set: a name, or a folder with its files")->required();
  command
      ->add_option("--out", options->out,
                   "Folder for attack.json, attack.csv, report.html and pictures; with several networks or "
                   "methods, of "
                   "a folder NETWORK/METHOD for each")
      ->required();
  command->add_option("--split", options->split, "Which images")->check(CLI::IsMember({"test", "train"}));
  command->add_option("--images", options->images, "Attack so many correctly classified images")
      ->check(CLI::PositiveNumber);
  command->add_option("--start", options->start, "Pass over the images before this one")
      ->check(CLI::NonNegativeNumber);
  options->methods = std::make_unique<MethodTable>(*command);
  command->add_flag("--targeted", options->targeted, "Attack each image once for every other class");
  command->add_flag("--json", options->json, "One JSON object on standard output");
  command->add_flag("--resume", options->resume, "Go on with the attack in --out, or start it");
  command->footer(
      "Examples:\n"
      "  voronet attack --checkpoint runs/gauss --data fashion-mnist --out runs/gauss/attack\n"
      "  voronet attack --checkpoint their.safetensors --data fashion-mnist --out attack \\\n"
      "    --model lenet --embedding 10 --head gauss --mean 0.5 --std 1 --images 1000 --seed 7 --json\n"
      "  voronet attack --checkpoint runs/gauss --data fashion-mnist --out census --method exhaustive "
      "--census\n"
      "Bounds from both sides, what attacks find, what is exact and what is proven:\n"
      "  voronet attack --checkpoint runs/softmax runs/gauss --data fashion-mnist --method all --out bounds\n"
      "The published table: FGSM, PGD and Carlini-Wagner, with and without the confidence rule:\n"
      "  voronet attack --checkpoint runs/softmax runs/gauss --data mnist --images 1000 --out table \\\n"
      "    --method fgsm,pgd-linf,pgd-l2,cw --only-result");
  command->callback([=, &common] { run_attack(*options, common); });
}

}  // namespace voronet
