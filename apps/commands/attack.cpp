// `voronet attack`: searches for small changes of images that flip what networks say.
#include <voronet/apps/attack/attack_network.h>
#include <voronet/apps/cli/command.h>
#include <voronet/core/file.h>
#include <voronet/core/folder_lock.h>
#include <voronet/core/winograd.h>
#include <voronet/data/datasets.h>
#include <voronet/ranks/ranks.h>

#include <iostream>
#include <memory>
#include <optional>
#include <set>

namespace voronet {
namespace {

struct AttackCommand {
  AttackOptions attack;
  std::vector<std::string> checkpoints;
  Settings overrides;
  BlackBoxOptions box;
  std::string out;
  bool json = false;
};

void run_attack(const AttackCommand& command, const CommonOptions& common) {
  const data::Dataset set = data::load(command.attack.data, data::split_named(command.attack.split));
  const std::filesystem::path out = command.out;
  std::set<std::filesystem::path> folders;
  for (const std::string& checkpoint : command.checkpoints)
    require(folders.insert(std::filesystem::weakly_canonical(out / name_of_network(checkpoint))).second,
            "attack: two networks are called ", name_of_network(checkpoint), ": their folders would be one");
  const bool first_rank = command.attack.team->rank() == 0;
  std::optional<FolderLock> lock;
  if (first_rank && folders.size() > 1) lock.emplace(out);
  const Screen screen = standard_error(common.quiet || !first_rank);
  AttackSeries series;
  if (command.box.given()) attack_black_box(command.attack, command.box, set, out, screen, series);
  for (const std::string& checkpoint : command.checkpoints)
    attack_network(command.attack, {checkpoint, command.overrides}, set,
                   folders.size() > 1 ? out / name_of_network(checkpoint) : out, screen, series);
  if (series.size() > 1 && first_rank) write_file(out / "report.html", series_page(series, out));
  const AttackRecord& first = series.front().record;
  if (command.json)
    std::cout << json_text(series.size() == 1 ? Json(first) : series_json(series)) << std::endl;
  else
    std::cout << series_table(series) << "\nPictures and page: " << (out / "report.html").string()
              << std::endl;
}

}  // namespace

void add_attack(CLI::App& program, const CommonOptions& common) {
  const auto options = std::make_shared<AttackCommand>();
  auto* command = program.add_subcommand("attack", "Look for small changes that flip the class");
  add_checkpoint_options(*command, options->checkpoints, options->overrides);
  add_black_box_options(*command, options->box);
  command
      ->add_option("--data", options->attack.data,
                   "Data set of images: a name, a folder with its files, or a .csv or .npz file")
      ->required();
  command
      ->add_option("--out", options->out,
                   "Folder for attack.json, attack.csv, report.html and pictures; with several networks or "
                   "methods, of "
                   "a folder NETWORK/METHOD for each")
      ->required();
  add_attack_options(*command, options->attack);
  command->add_flag("--targeted", options->attack.targeted, "Attack each image once for every other class");
  command->add_flag_callback(
      "--no-winograd", [] { set_winograd(false); },
      "Convolve by sums of products alone, which rounds less and takes longer: proofs then speak of programs "
      "that "
      "do so, too");
  command->add_flag("--json", options->json, "One JSON object on standard output");
  command->add_flag("--resume", options->attack.resume, "Go on with the attack in --out, or start it");
  command->callback([=, &common] {
    require_one_model(*command);
    options->attack.team = &ranks::everyone();
    run_attack(*options, common);
  });
}

}  // namespace voronet
