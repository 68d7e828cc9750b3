// `voronet data`: brings a named data set onto this machine, verified, or makes one of points.
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/core/file.h>
#include <voronet/data/catalogue.h>
#include <voronet/data/fetch.h>
#include <voronet/data/synthetic.h>

#include <algorithm>
#include <iostream>
#include <memory>

namespace voronet {
namespace {

struct DataOptions {
  std::string name, from, out;
  data::SyntheticOptions synthetic;
};

void fetch(const DataOptions& options) {
  const data::Fetched fetched = data::fetch(data::known_dataset(options.name), options.from);
  if (!fetched.canonical)
    std::cerr << "voronet: note: lengths and labels are right, but the files were not checked against the "
                 "canonical archive\n";
  std::cout << fetched.folder.string() << std::endl;
}

void make(const DataOptions& options) {
  const std::string csv = data::to_csv(data::synthetic(options.name, options.synthetic));
  if (options.out.empty())
    std::cout << csv << std::flush;
  else
    write_file(options.out, csv);
}

}  // namespace

void add_data(CLI::App& program, const CommonOptions&) {
  const auto options = std::make_shared<DataOptions>();
  const std::vector<std::string> made = data::synthetic_names();
  std::vector<std::string> names;
  for (const data::KnownDataset& dataset : data::known_datasets()) names.push_back(dataset.name);
  names.insert(names.end(), made.begin(), made.end());

  auto* command =
      program.add_subcommand("data", "Fetch a data set and verify its checksums, or make one of points");
  command->add_option("name", options->name, "One of: " + listed(names))
      ->required()
      ->check(CLI::IsMember(names));
  command->add_option("--from", options->from,
                      "Take its files, or their archive, from this folder, not from the network");
  CLI::Option* const for_points[] = {
      command->add_option("--out", options->out, "The .csv file for them; default: standard output")
          ->type_name("FILE"),
      command->add_option("--points", options->synthetic.points, "How many")
          ->type_name("N")
          ->check(number_from<Index>(1)),
      command->add_option("--classes", options->synthetic.classes, "Of spirals (default 2) and blobs (3)")
          ->type_name("N")
          ->check(number_from<int>(2)),
      command
          ->add_option("--noise", options->synthetic.noise,
                       "Deviation of what is added to each coordinate; default 0.1, 0.02, 0.15")
          ->type_name("D")
          ->check(number_from(0.0)),
      command->add_option("--seed", options->synthetic.seed, "Decides the points")
          ->type_name("S")
          ->check(number_from<std::uint64_t>(0))};
  for (CLI::Option* option : for_points) option->group("Of " + listed(made));
  command->callback([=] {
    const bool of_points = std::ranges::find(made, options->name) != made.end();
    const auto given = [](const CLI::Option* option) { return option->count() > 0; };
    require(of_points || std::ranges::none_of(for_points, given),
            "data: --out, --points, --classes, --noise and --seed are for ", listed(made));
    require(!of_points || options->from.empty(), "data: ", options->name,
            " is made, not taken --from a folder");
    return of_points ? make(*options) : fetch(*options);
  });
}

}  // namespace voronet
