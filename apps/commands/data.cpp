// `voronet data`: brings a named data set onto this machine, verified.
#include <voronet/apps/cli/command.h>
#include <voronet/core/text.h>
#include <voronet/data/catalogue.h>
#include <voronet/data/fetch.h>

#include <iostream>
#include <memory>

namespace voronet {

void add_data(CLI::App& program, const CommonOptions&) {
  struct DataOptions {
    std::string name, from;
  };
  const auto options = std::make_shared<DataOptions>();
  std::vector<std::string> names;
  for (const data::KnownDataset& dataset : data::known_datasets()) names.push_back(dataset.name);

  auto* command = program.add_subcommand("data", "Fetch a data set and verify its checksums");
  command->add_option("name", options->name, "One of: " + listed(names))
      ->required()
      ->check(CLI::IsMember(names));
  command->add_option("--from", options->from,
                      "Take its files, or their archive, from this folder, not from the network");
  command->footer(
      "Says where the data set is. Named sets live under $VORONET_DATA, by default ~/.cache/voronet.\n"
      "Examples:\n  voronet data fashion-mnist\n  voronet data cifar10 --from ~/Downloads");
  command->callback([=] {
    const data::Fetched fetched = data::fetch(data::known_dataset(options->name), options->from);
    if (!fetched.canonical)
      std::cerr << "voronet: note: lengths and labels are right, but the files were not checked against the "
                   "canonical archive\n";
    std::cout << fetched.folder.string() << std::endl;
  });
}

}  // namespace voronet
