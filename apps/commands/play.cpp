// `voronet play`: a page on which the proof can be touched.
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/apps/play/page.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/core/file.h>
#include <voronet/data/datasets.h>

#include <iostream>
#include <memory>

namespace voronet {
namespace {

struct PlayCommand {
  std::vector<std::string> checkpoints;
  Settings overrides;
  std::string data, out;
  PlayOptions options;
};

void run_play(PlayCommand command) {
  if (command.checkpoints.empty()) {
    command.checkpoints = {"demo/plane/softmax", "demo/plane/gauss"};
    for (const std::string& folder : command.checkpoints)
      require(std::filesystem::exists(folder), "play: no --checkpoint, and no ", folder,
              ": apps/prove_demo.sh trains a pair of networks with two features there");
  }
  const data::Dataset data = data::load(command.data, data::Split::test);
  std::vector<PlayedNetwork> networks;
  for (const std::string& checkpoint : command.checkpoints)
    networks.push_back({name_of_network(checkpoint), load({checkpoint, command.overrides}, data)});
  const std::string page = play_page(networks, data, command.options);
  write_file(command.out, page);
  std::cout << command.out << ": " << thousands(std::ssize(page)) << " bytes" << std::endl;
}

}  // namespace

void add_play(CLI::App& program, const CommonOptions&) {
  const auto command = std::make_shared<PlayCommand>();
  auto* play = program.add_subcommand(
      "play", "A page on which the proof can be touched, of networks with two features or more");
  add_checkpoint_options(*play, command->checkpoints, command->overrides);
  play->get_option("--checkpoint")->required(false);
  play->add_option("--data", command->data, data_help)->required();
  play->add_option("--out", command->out, "The page to write")->required()->type_name("FILE");
  play->add_option("--pictures", command->options.pictures, "The first N images, to be changed on the page")
      ->check(number_from<Index>(1));
  play->add_option("--points", command->options.points,
                   "The first N images or points, shown by their features")
      ->check(number_from<Index>(1));
  play->callback([=] { run_play(*command); });
}

}  // namespace voronet
