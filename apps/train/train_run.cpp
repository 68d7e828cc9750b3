#include <voronet/apps/cli/config_file.h>
#include <voronet/apps/cli/errors.h>
#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/apps/text/json.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/apps/train/metrics.h>
#include <voronet/apps/train/run_page.h>
#include <voronet/apps/train/train_run.h>
#include <voronet/core/file.h>
#include <voronet/core/folder_lock.h>
#include <voronet/core/version.h>
#include <voronet/data/augment.h>
#include <voronet/data/content_md5.h>
#include <voronet/data/datasets.h>
#include <voronet/optim/training/trainer.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

namespace voronet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Index most_of_a_batch = 1'000'000'000;

// What the run was told: given settings go before those of the run to be resumed.
Settings merged(Settings given, const Settings& saved) {
  given.insert(saved.begin(), saved.end());
  require(given.contains("data"),
          "train: --data is required (a data set's name, a folder with its files, or a .csv file of points)");
  require(valid_utf8(given.at("data")) == given.at("data"), "train: the name ", given.at("data"),
          " is not UTF-8, so that the run's files could not say what it is trained on: take another");
  return given;
}

// All settings of the run: what it was told, then the defaults of the recipe and of the data set.
Settings complete(Settings settings, const data::Dataset& data) {
  const std::string head = settings.contains("head") ? settings.at("head") : "";
  const bool points = data.points.defined();
  if (points) settings.emplace("model", "mlp");
  const Recipe chosen = recipe_for(settings["recipe"], head, points);
  settings["recipe"] = chosen.name;
  settings["head"] = chosen.head;
  settings.emplace("spectral_norm", to_settings({.spectral_norm = chosen.spectral_norm}).at("spectral_norm"));
  settings.emplace("batch", text(chosen.batch));
  settings.emplace("epochs", text(chosen.epochs()));
  settings.emplace("seed", "1");
  const bool like_cifar = data.images.height == 32 && data.images.width == 32 && data.images.channels == 3;
  settings.emplace("augment", like_cifar ? "crop-flip" : "none");
  const Settings normalised = to_settings({.mean = data.mean, .deviation = data.deviation});
  for (const char* key : {"mean", "std"}) settings.emplace(key, normalised.at(key));
  return settings;
}

// The settings that a file of save() carries. During a warm-up its head is not yet the run's. Its batch is
// that of all ranks, which may have been more or fewer than they are now.
Settings settings_of(const TensorFile& file, Index ranks) {
  Settings settings = file.metadata;
  if (settings["phase"] == "warm-up") settings.erase("head");
  if (const auto source = settings.find("source"); source != settings.end())
    settings["data"] = source->second;
  if (const auto batch = settings.find("batch"); batch != settings.end()) {
    const Index whole = parse_number<Index>(batch->second).value_or(0);
    require(whole >= 1 && whole % ranks == 0, "train: the run has batches of ", batch->second,
            " images, which ", ranks, " ranks cannot share evenly");
    batch->second = text(whole / ranks);
  }
  return settings;
}

// The recipe with the run's own batch.
Recipe recipe_of(const Settings& settings) {
  Recipe chosen = recipe_for(settings.at("recipe"), settings.at("head"));
  const auto batch = parse_number<Index>(settings.at("batch"));
  require(batch && *batch >= 1 && *batch <= most_of_a_batch, "train: batch '", settings.at("batch"),
          "' is not a number of images from 1 to ", most_of_a_batch);
  chosen.batch = *batch;
  return chosen;
}

ClassifierConfig network_for(const data::Dataset& data, const Settings& settings) {
  ClassifierConfig config = from_settings(settings);
  config.classes = data.classes;
  config.take_inputs(data.input_shape());
  return config;
}

// What repeats the run: every option of the command line that it depends on, with its value.
Settings options_of(const Settings& settings, const ClassifierConfig& config) {
  const Settings network = to_settings(config);
  Settings options;
  for (const std::string key :
       {"data", "model", "model_width", "model_depth", "embedding", "final_relu", "spectral_norm", "head",
        "mean", "std", "recipe", "batch", "epochs", "seed", "augment"}) {
    std::string option = key.starts_with("model_") ? key.substr(6) : key;
    std::replace(option.begin(), option.end(), '_', '-');
    const auto at = settings.find(key);
    options[option] = at == settings.end() ? network.at(key) : at->second;
  }
  return options;
}

// Heads that do without images of a class learn that nothing is of it.
void say_absent_classes(const data::Dataset& data) {
  std::vector<std::string> absent;
  const std::vector<Index> counts = data.class_counts();
  for (std::size_t k = 0; k < counts.size(); ++k)
    if (counts[k] == 0) absent.push_back(data.class_names.at(k));
  if (!absent.empty())
    std::cerr << text("voronet: note: ", data.name, " has no ", data.unit(), " to train on of the classes ",
                      listed(absent), '\n');
}

const std::vector<std::string> metric_columns = {
    "epoch", "rate", "train_loss", "train_accuracy", "test_accuracy", "test_confidence", "seconds"};

class TrainRun {
 public:
  TrainRun(const TrainOptions& options, Screen screen)
      : lock_(options.team->rank() == 0 ? std::make_unique<FolderLock>(options.out) : nullptr),
        folder_(run_folder(options.out, options.resume)),
        saved_(std::filesystem::exists(folder_.checkpoint()) ? read_safetensors(folder_.checkpoint())
                                                             : TensorFile{}),
        team_(*options.team),
        told_(merged(options.given, settings_of(saved_, team_.size()))),
        data_(data::load_both(told_.at("data"))),
        test_md5_(data::content_md5(data_.test)),
        settings_(complete(told_, data_.train)),
        epochs_(number<int>("epochs")),
        save_seconds_(options.save_seconds),
        screen_(screen),
        trainer_(recipe_of(settings_), network_for(data_.train, settings_), data_.train,
                 number<std::uint64_t>("seed"), settings_.at("augment"), team_) {
    if (!saved_.tensors.empty()) go_on();
    saved_ = {};
    settings_["epochs"] = text(epochs_);
    described_ = options_of(settings_, trainer_.classifier().config());
    team_.barrier();  // before the first rank writes into a folder that another has not yet looked at
    if (!first()) return;
    write_file(folder_.config(), to_toml("train", described_));
    say_absent_classes(data_.train);
  }

  TrainResult run() {
    Metrics metrics(folder_.metrics(), metric_columns, trainer_.epoch());
    Evaluation result;
    if (trainer_.epoch() > 0 && first())
      write_page(metrics);  // a kill may have come between a checkpoint and its page
    while (trainer_.epoch() < epochs_) {
      const auto start = Clock::now();
      const double rate = train_epoch();
      result = evaluate(trainer_.classifier(), data_.test, team_);
      if (!first()) continue;
      const EpochProgress& done = trainer_.last_epoch();
      metrics.append({static_cast<double>(trainer_.epoch()), rate, done.loss(), done.accuracy(),
                      result.accuracy(), result.mean_confidence(),
                      std::chrono::duration<double>(Clock::now() - start).count()});
      save();
      write_page(metrics);
    }
    if (result.total == 0) result = evaluate(trainer_.classifier(), data_.test, team_);
    return {folder_, epochs_, result, test_md5_, trainer_.data_md5()};
  }

 private:
  void go_on() {
    const std::string file = folder_.checkpoint().string();
    trainer_.load(saved_, file);
    const auto test_md5 = saved_.metadata.emplace("test_md5", test_md5_).first->second;
    require(test_md5 == test_md5_, file, ": was trained with test_md5 ", test_md5, ", not ", test_md5_);
    epochs_ = std::max(epochs_, trainer_.epoch());
    if (first() && trainer_.programs() != program())
      std::cerr << "voronet: note: " << folder_.path.string() << " was trained by " << trainer_.programs()
                << ": its last bits need not be those of one program\n";
  }

  bool first() const { return team_.rank() == 0; }

  template <class Number>
  Number number(const char* key) const {
    const auto value = parse_number<Number>(settings_.at(key));
    require(value.has_value(), "train: ", key, " '", settings_.at(key), "' is not a whole number in range");
    return *value;
  }

  // One epoch; returns its learning rate.
  double train_epoch() {
    Progress progress(screen_, text("epoch ", trainer_.epoch() + 1, '/', epochs_), data_.train.unit(),
                      data_.train.size(), trainer_.progress().images);
    auto last_save = Clock::now();
    const bool whole = trainer_.train_epoch([&](const EpochProgress& so_far) {
      progress.update(so_far.images,
                      text("loss ", fixed(so_far.loss(), 4), ", ", percent(so_far.accuracy())));
      const bool stop = team_.any(interrupted());
      const bool due = Clock::now() - last_save > std::chrono::duration<double>(save_seconds_);
      if (first() && (stop || due)) {
        save();
        last_save = Clock::now();
      }
      return !stop;
    });
    team_.barrier();  // the first rank has saved
    if (!whole)
      throw Interrupted(text("interrupted; all is saved, go on with: voronet train --resume --out ",
                             folder_.path.string()));
    return trainer_.rate();
  }

  void save() {
    TensorFile file = trainer_.save();
    file.metadata["source"] = settings_.at("data");
    file.metadata["epochs"] = text(epochs_);
    file.metadata["test_md5"] = test_md5_;
    write_safetensors(folder_.checkpoint(), file);
  }

  void write_page(const Metrics& metrics) const {
    Settings shown = described_;
    shown["data content"] = text("md5 ", trainer_.data_md5(), ", of tests ", test_md5_);
    shown["trained by"] = trainer_.programs();
    write_file(folder_.report(), run_page({folder_.path.string(), metrics.table()}, shown));
  }

  std::unique_ptr<FolderLock> lock_;  // the first rank's, for all
  RunFolder folder_;
  TensorFile saved_;
  ranks::Team& team_;
  Settings told_;  // on the command line, or to the run that is resumed
  data::Splits data_;
  std::string test_md5_;
  Settings settings_;
  int epochs_;
  double save_seconds_;
  Screen screen_;
  Trainer trainer_;
  Settings described_;  // see options_of
};

}  // namespace

void add_train_settings(CLI::App& command, Settings& given) {
  const auto add = [&](const char* option, const char* key, const std::string& about) {
    return command.add_option_function<std::string>(
        option, [&given, key](const std::string& v) { given[key] = v; }, about);
  };
  add("--data", "data", data_help)->type_name("NAME");
  add("--recipe", "recipe",
      "Loss and schedule; default softmax, ce-2022 for --head gauss, or the head's own; for points "
      "softmax-points and ce-points. There are " +
          listed(recipe_names()))
      ->check(CLI::IsMember(recipe_names()).description(""));
  add("--batch", "batch", "Images a step; of several processes, of each one; default: the recipe's")
      ->check(number_from<Index>(1, most_of_a_batch))
      ->type_name("N");
  add("--epochs", "epochs", "Stop after N epochs, warm-up included; default: the whole recipe")
      ->check(number_from<int>(1))
      ->type_name("N");
  add("--augment", "augment",
      "How training images vary; default crop-flip (pad 4) for 32 x 32 RGB images, else none")
      ->check(CLI::IsMember(data::augmentation_names()));
  add("--seed", "seed", "Decides initial parameters, the order of images and their augmentation; default 1")
      ->check(number_from<std::uint64_t>(0))
      ->type_name("S");
  add_model_options(command, given);
}

Classifier untrained_network(const Settings& given, const data::Dataset& data) {
  const Settings settings = complete(given, data);
  Random random(0);
  Classifier network(network_for(data, settings), random);
  require_classes(recipe_of(settings), network.head(), data);
  return network;
}

TrainResult train(const TrainOptions& options, Screen screen) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const bool is_new = options.team->rank() == 0 && !fs::exists(options.out, ignored);
  std::unique_ptr<TrainRun> run;
  try {
    run = std::make_unique<TrainRun>(options, screen);
  } catch (...) {  // a run that is refused leaves nothing
    if (is_new && fs::remove(fs::path(options.out) / ".lock", ignored)) fs::remove(options.out, ignored);
    throw;
  }
  return run->run();
}

}  // namespace voronet
