#include <voronet/apps/attack/attack_network.h>
#include <voronet/apps/attack/folder.h>
#include <voronet/apps/cli/errors.h>
#include <voronet/apps/cli/image_range.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/core/file.h>
#include <voronet/core/folder_lock.h>
#include <voronet/core/threads.h>
#include <voronet/core/version.h>
#include <voronet/core/winograd.h>
#include <voronet/data/content_md5.h>
#include <voronet/data/md5.h>
#include <voronet/data/picture_files.h>
#include <voronet/layers/plan/predictor.h>

#include <algorithm>

namespace voronet {
namespace {

namespace fs = std::filesystem;

// Everything that decides the rows but the method's own settings, the program among it; of the model, what is
// given. Neither paths nor the number of images: a network may move, and a finished attack may be taken
// further.
Json settings_of(const AttackOptions& options, const Json& model, const data::Dataset& set) {
  Json settings = model;
  settings.update({{"program", program()},
                   {"data", options.data},
                   {"data_md5", data::content_md5(set)},
                   {"split", options.split},
                   {"targeted", options.targeted},
                   {"start", options.which().start}});
  if (!winograd()) settings["winograd"] = false;
  return settings;
}

// Throws Error when the rules leave no image: only those that the network gets right are attacked, and only
// those of confidence tau or more can have a confident flip, if that ends the search.
std::vector<Index> attacked_images(const AttackOptions& options, const Json& settings, const Predict& predict,
                                   const data::Dataset& set) {
  if (options.range) require_within(*options.range, set);
  const AttackAll all = options.which();
  const std::vector<Index> attacked = correctly_classified(predict, set, all.images, all.start, all.end);
  require(!attacked.empty(), "attack: the network classifies no image from ", all.start, " to ",
          std::min(all.end, set.size()) - 1, " correctly, and only such are attacked");
  if (settings.value("goal", "") != "confident-flip" || settings.value("census", false)) return attacked;
  const double tau = options.methods->shared().tau;
  const Prediction clean = predict(set.images.select(attacked));
  for (Index i = 0; i < std::ssize(attacked); ++i)
    if (clean.confidence(i, clean.classes[i]) >= tau) return attacked;
  throw Error(text("attack: none of ", attacked.size(), " images has a confidence of ", tau,
                   " or more, so none can have a confident flip: take a lower --tau, or --goal flip"));
}

// Returns the images that the rows speak of (AttackRun).
data::ImageRange run_and_store(const AttackOptions& options, const ChosenMethod& method,
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
    if (done < total)
      require_not_interrupted("stopped after ", done, " of ", total,
                              " attacks: go on with the same command and --resume");
  };
  AttackAll all = options.which();
  all.share = {options.team->rank(), options.team->size()};
  all.finished = folder.finished().rows;
  all.progress = store;
  return method.run(set, all).range;
}

// By each method in turn. All are made first, so that what cannot be is said before work begins.
void attack_model(const AttackOptions& options, AttackedNetwork attacked, const OrdinaryForward& ordinary,
                  const std::string& head, const Json& shared, const data::Dataset& set, const fs::path& out,
                  Screen screen, AttackSeries& series) {
  ranks::Team& team = *options.team;
  const std::vector<std::string> names = options.methods->chosen(set.images.channels);
  const auto folder_of = [&](const std::string& name) { return names.size() > 1 ? out / name : out; };
  std::vector<ChosenMethod> methods;
  for (const std::string& name : names) {
    attacked.out = folder_of(name);
    methods.push_back(options.methods->make(name, attacked));
  }
  std::optional<FolderLock> lock;  // from the first attack that can be made
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ChosenMethod& method = methods[i];
    const fs::path path = folder_of(names[i]);
    Json settings = shared;
    settings.update(method.settings);
    const std::vector<Index> images = attacked_images(options, settings, ordinary.bytes, set);
    std::optional<FolderLock> own;
    if (team.rank() == 0 && !lock) lock.emplace(out);
    if (team.rank() == 0) own.emplace(path);
    team.barrier();  // the folders are theirs
    AttackFolder folder(path, settings, options.resume, images, team.rank());
    team.barrier();  // before any rank stores a row, which others would take for an old one
    const data::ImageRange range = run_and_store(options, method, ordinary, set, folder, screen);
    team.barrier();  // now all rows are stored: the record is of them, whoever computed them, and when
    const AttackFolder stored(path, settings, true, images, team.rank());
    AttackRecord record{head,
                        method.threat_model,
                        stored.settings(),
                        options.methods->shared().tau,
                        set.class_names,
                        stored.finished(),
                        threads()};
    record.run.range = range;
    if (team.rank() == 0) folder.finish(record);
    series.push_back({attacked.name, names[i], path, std::move(record)});
  }
}

}  // namespace

void attack_network(const AttackOptions& options, const CheckpointOptions& network, const data::Dataset& set,
                    const fs::path& out, Screen screen, AttackSeries& series) {
  require_images(set);
  Classifier classifier = load(network, set);
  data::Dataset own = set;
  data::close_classes(own, classifier.config().classes);
  const AttackedModel model(classifier);
  const std::string md5 = data::md5(read_file(checkpoint_file(network)));
  attack_model(options,
               {&classifier, model, checkpoint_file(network), name_of_network(network.checkpoint), md5,
                options.targeted},
               {model.predict, Predictor(classifier)}, classifier.config().head,
               settings_of(options, {{"network_md5", md5}, {"network_options", network.overrides}}, own), own,
               out, screen, series);
}

void attack_black_box(const AttackOptions& options, const BlackBoxOptions& program, const data::Dataset& set,
                      const fs::path& out, Screen screen, AttackSeries& series) {
  require_images(set);
  data::Dataset own = set;
  const BlackBox box = start(program, own);
  const AttackedModel model(predict_with(box));
  attack_model(options, {nullptr, model, {}, "the model command", {}, options.targeted},
               {model.predict, std::cref(box)}, "black box",
               settings_of(options, {{"model_command", program.command}}, own), own, out, screen, series);
}

AttackAll AttackOptions::which() const {
  AttackAll all{.images = images, .start = start, .targeted = targeted};
  if (range) all.images = range->size(), all.start = range->first, all.end = range->last;
  return all;
}

void add_attack_options(CLI::App& command, AttackOptions& options) {
  command.add_option("--split", options.split, "Which images")->check(CLI::IsMember({"test", "train"}));
  auto* images = command.add_option("--images", options.images, "Attack so many correctly classified images");
  images->check(number_from<Index>(1));
  auto* start = command.add_option("--start", options.start, "Pass over the images before this one");
  start->check(number_from<Index>(0));
  add_range_option(command, options.range,
                   ", the same for every network; a wrongly classified one counts as not robust and is not "
                   "attacked")
      ->excludes(images)
      ->excludes(start);
  options.methods = std::make_unique<MethodTable>(command);
}

}  // namespace voronet
