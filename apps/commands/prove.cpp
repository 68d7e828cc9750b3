// `voronet prove`: the theory, checked on random layers and on networks, and a page that teaches it.
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/model_options.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/apps/prove/check_table.h>
#include <voronet/apps/prove/page.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/apps/text/table.h>
#include <voronet/core/file.h>
#include <voronet/core/folder_lock.h>
#include <voronet/data/datasets.h>
#include <voronet/data/picture_files.h>
#include <voronet/ranks/ranks.h>

#include <iostream>
#include <memory>
#include <optional>
#include <set>

namespace voronet {
namespace {

struct ProveCommand {
  std::vector<std::string> checkpoints;
  Settings overrides;
  std::string data, split = "test", out;
  Index draws = 1000;
  ProveOptions options;
  bool json = false;
};

// Networks are called after their heads where these differ, which is shorter.
void name_by_heads(ProvenNetworks& networks) {
  std::set<std::string> heads;
  for (const ProvenNetwork& network : networks) heads.insert(network.last_layer);
  if (heads.size() < networks.size()) return;
  for (ProvenNetwork& network : networks) network.name = network.last_layer;
}

void print(const ProveCommand& command, const CheckGroups& groups, const ProvenNetworks& networks,
           const data::Dataset& data) {
  if (command.json) {
    std::cout << json_text(prove_json(groups, networks, data)) << std::endl;
    return;
  }
  const auto [header, rows] = quantity_cells("networks", networks, headline_quantities());
  std::cout << check_tables(groups) << text_table(header, rows) << '\n'
            << thousands(passed(groups)) << " checks passed, " << thousands(failed(groups)) << " failed"
            << std::endl;
}

void run_prove(const ProveCommand& command, const CommonOptions& common) {
  data::Dataset data = data::load(command.data, data::split_named(command.split));
  const bool first = command.options.team->rank() == 0;
  const Screen screen = standard_error(common.quiet || !first);
  ProvenNetworks networks;  // all are read before the first is proved: what is wrong with one is said at once
  for (const std::string& checkpoint : command.checkpoints)
    networks.push_back(load_provable({checkpoint, command.overrides}, data));
  for (ProvenNetwork& network : networks) data::close_classes(data, network.network.config().classes);
  std::optional<FolderLock> lock;
  if (first && !command.out.empty()) lock.emplace(command.out);
  name_by_heads(networks);
  for (ProvenNetwork& network : networks) prove_network(network, data, command.options, screen);

  CheckGroups groups{{"random layers", random_checks(command.draws, command.options.seed, screen)}};
  for (const ProvenNetwork& network : networks) groups.push_back({network.name, network.checks});
  if (first && !command.out.empty()) {
    const std::filesystem::path folder = command.out;
    write_file(folder / "prove.json", json_text(prove_json(groups, networks, data), 2) + '\n');
    write_file(folder / "report.html", prove_page(networks, groups, data));
  }
  print(command, groups, networks, data);
  require(failed(groups) == 0 || !first, "prove: ", failed(groups), " of ", failed(groups) + passed(groups),
          " checks failed");
}

}  // namespace

void add_prove(CLI::App& program, const CommonOptions& common) {
  const auto command = std::make_shared<ProveCommand>();
  auto* prove = program.add_subcommand(
      "prove", "Check the theory on networks and random layers, and explain it in a page");
  add_checkpoint_options(*prove, command->checkpoints, command->overrides);
  prove->add_option("--data", command->data, data_help)->required();
  prove->add_option("--split", command->split, "Which images")->check(CLI::IsMember({"test", "train"}));
  prove->add_option("--draws", command->draws, "Random layers to check on")->check(number_from<Index>(1));
  add_prove_options(*prove, command->options);
  prove->add_option("--out", command->out, "Folder for report.html and prove.json")->type_name("DIR");
  prove->add_flag("--json", command->json, "One JSON object on standard output");
  prove->add_flag("--spoil", command->options.spoil,
                  "Move one centroid first, to see that the checks notice");
  prove->callback([=, &common] {
    command->options.team = &ranks::everyone();
    run_prove(*command, common);
  });
}

}  // namespace voronet
