// `voronet attack`: searches for small changes of images that flip what networks say.
#include <voronet/apps/attack/attack_network.h>
#include <voronet/apps/cli/command.h>
#include <voronet/core/file.h>
#include <voronet/data/datasets.h>
#include <voronet/ranks/ranks.h>

#include <iostream>
#include <memory>
#include <set>

namespace voronet {
namespace {

namespace fs = std::filesystem;

struct AttackCommand {
  AttackOptions attack;
  std::vector<std::string> checkpoints;
  Settings overrides;
  std::string out;
  bool json = false;
};

void run_attack(const AttackCommand& command, const CommonOptions& common) {
  const data::Dataset set = data::load(
      command.attack.data, command.attack.split == "train" ? data::Split::train : data::Split::test);
  const fs::path out = command.out;
  std::set<std::string> names;
  for (const std::string& checkpoint : command.checkpoints)
    require(names.insert(name_of_network(checkpoint)).second, "attack: two networks are called ",
            name_of_network(checkpoint), ": their folders would be one");
  const bool first_rank = command.attack.team->rank() == 0;
  AttackSeries series;
  for (const std::string& checkpoint : command.checkpoints)
    attack_network(command.attack, {checkpoint, command.overrides}, set,
                   names.size() > 1 ? out / name_of_network(checkpoint) : out,
                   standard_error(common.quiet || !first_rank), series);
  if (series.size() > 1 && first_rank) write_file(out / "report.html", series_page(series, out));
  const AttackRecord& first = series.front().record;
  if (command.json)
    std::cout << (series.size() == 1 ? to_json(first) : to_json(series)).dump() << std::endl;
  else
    std::cout << series_table(series) << "\nPictures and page: " << (out / "report.html").string()
              << std::endl;
}

}  // namespace

void add_attack(CLI::App& program, const CommonOptions& common) {
  const auto options = std::make_shared<AttackCommand>();
  auto* command = program.add_subcommand("attack", "Look for small changes that flip the class");
  add_checkpoint_options(*command, options->checkpoints, options->overrides);
  command->add_option("--data", options->attack.data, "Data set: a name, or a folder with its files")
      ->required();
  command
      ->add_option("--out", options->out,
                   "Folder for attack.json, attack.csv, report.html and pictures; with several networks or "
                   "methods, of "
                   "a folder NETWORK/METHOD for each")
      ->required();
  add_attack_options(*command, options->attack);
  command->add_flag("--targeted", options->attack.targeted, "Attack each image once for every other class");
  command->add_flag("--json", options->json, "One JSON object on standard output");
  command->add_flag("--resume", options->attack.resume, "Go on with the attack in --out, or start it");
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
  command->callback([=, &common] {
    options->attack.team = &ranks::everyone();
    run_attack(*options, common);
  });
}

}  // namespace voronet
