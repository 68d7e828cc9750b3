// `voronet judge`: whether images that other tools made flip a network, by the rules of our attacks.
#include <voronet/apps/attack/asked_model.h>
#include <voronet/apps/attack/gallery.h>
#include <voronet/apps/attack/judge.h>
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/image_range.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/apps/text/machine.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/core/csv.h>
#include <voronet/core/file.h>
#include <voronet/data/content_md5.h>
#include <voronet/data/datasets.h>

#include <functional>
#include <iostream>
#include <memory>

namespace voronet {
namespace {

struct JudgeCommand {
  CheckpointOptions network;
  BlackBoxOptions box;
  std::string data, split = "test", out;
  std::vector<std::string> images;
  std::optional<data::ImageRange> range;
  JudgeRules rules;
  bool json = false;
};

using Judgements = std::vector<std::pair<std::string, Judgement>>;  // by the files

Csv rows_of(const Judgements& judgements) {
  Csv table = parse_csv(
      "file,index,label,target,pixels,linf,l2,l1,in_range,whole_bytes,breaks,correct,predicted,"
      "confidence_before,confidence_after,flip,confident_flip");
  for (const auto& [file, judgement] : judgements)
    for (const JudgedImage& image : judgement.images) {
      const AttackRow& row = image.row;
      const auto confidence = [](bool known, const std::vector<double>& all, int of) {
        return known ? text(all.at(of)) : "";
      };
      table.rows.push_back(csv_row(
          file, row.index, row.label, row.target, image.pixels, text(image.linf), text(image.l2),
          text(image.l1), image.in_range, image.whole_bytes, image.broken, image.correct,
          row.flip() ? text(row.predicted) : "", confidence(image.correct, row.confidences_before, row.label),
          confidence(row.flip(), row.confidences_after, row.predicted), row.flip(), row.confident_flip()));
    }
  return table;
}

Json json_of(const Judgements& judgements, const JudgeCommand& command, const JudgeRules& rules,
             const data::Dataset& set) {
  Json files = Json::array();
  for (const auto& [file, judgement] : judgements) {
    const AttackSummary summary = summarise(judgement.run, rules.tau);
    files.push_back({{"file", file},
                     {"images", judgement.images.size()},
                     {"breaking", judgement.broken},
                     {"attacked", summary.attacked},
                     {"flips", summary.flips.count},
                     {"confident_flips", summary.confident_flips.count},
                     {"flip_rate", summary.flips},
                     {"confident_flip_rate", summary.confident_flips}});
    put(files.back(), "robust_accuracy", summary.robust_accuracy);
  }
  Json json = {{"files", files}, {"tau", rules.tau}, {"norm", rules.norm}};
  put(json, "pixels", rules.pixels);
  put(json, "epsilon", rules.epsilon);
  json.update({{"data", command.data}, {"data_md5", data::content_md5(set)}, {"split", command.split}});
  json.update(made_by());
  return json;
}

std::string reasons(const Judgement& judgement) {
  std::string line;
  for (const auto& [reason, count] : judgement.broken)
    line += text(line.empty() ? "" : ", ", thousands(count), ' ', reason);
  return line;
}

void print(const Judgements& judgements, double tau) {
  Rows rows;
  std::string broken;
  Index images = 0, flips = 0, confident = 0, breaking = 0;
  for (const auto& [file, judgement] : judgements) {
    const AttackSummary summary = summarise(judgement.run, tau);
    Index breaks = 0;
    for (const auto& [reason, count] : judgement.broken) breaks += count;
    rows.push_back({file, thousands(std::ssize(judgement.images)), thousands(breaks),
                    thousands(summary.attacked), interval(summary.flips), interval(summary.confident_flips),
                    summary.robust_accuracy ? percent(summary.robust_accuracy->share()) : "-"});
    if (breaks > 0) broken += text("Breaking rules in ", file, ": ", reasons(judgement), ".\n");
    images += std::ssize(judgement.images);
    flips += summary.flips.count, confident += summary.confident_flips.count, breaking += breaks;
  }
  std::cout << text_table({"images", "given", "break rules", "attacked", "flips (95 %)", "confident flips",
                           "robust"},
                          rows)
            << '\n'
            << broken
            << "Flips of the attacked originals, those that the network classifies correctly, with 95 %\n"
               "intervals; robust: classified correctly and not flipped, of all in --range.\n"
            << thousands(images) << " images judged: " << thousands(flips) << " flips, "
            << thousands(confident) << " of them confident; " << thousands(breaking) << " break the rules"
            << std::endl;
}

void run_judge(const JudgeCommand& command) {
  data::Dataset set = data::load(command.data, data::split_named(command.split));
  require_images(set);
  const AskedModel model(command.network, command.box, set);
  if (command.range) require_within(*command.range, set);
  JudgeRules rules = command.rules;
  if (!rules.pixels && !rules.epsilon) rules.pixels = 1;
  Judgements judgements;
  for (const std::string& file : command.images) {
    const AdversarialImages given = read_adversarial_images(file, set.input_shape());
    judgements.emplace_back(file, judge(given, set, command.range, rules, std::cref(model)));
  }
  if (!command.out.empty()) write_file(command.out, to_text(rows_of(judgements)));
  if (command.json)
    std::cout << json_text(json_of(judgements, command, rules, set)) << std::endl;
  else
    print(judgements, rules.tau);
}

}  // namespace

void add_judge(CLI::App& program, const CommonOptions&) {
  auto* command =
      program.add_subcommand("judge", "Judge images that other attacks made by the rules of ours");
  const auto options = std::make_shared<JudgeCommand>();
  add_checkpoint_options(*command, options->network);
  add_black_box_options(*command, options->box);
  command->add_option("--data", options->data, "Data set of the originals: as for attack")->required();
  command->add_option("--split", options->split, "Which images")->check(CLI::IsMember({"test", "train"}));
  command
      ->add_option(
          "--images", options->images,
          "What was made of them: .npz or .safetensors files with arrays images, indices, labels and "
          "targets, of which the last three may be absent, or folders of INDEX.png")
      ->required()
      ->type_name("PATH");
  add_range_option(*command, options->range,
                   ": the originals that were attacked; default: those that there are images of");
  command
      ->add_option("--pixels", options->rules.pixels,
                   "At most so many pixels differ, in whole bytes; default, without --epsilon: 1")
      ->check(number_from<Index>(1));
  command->add_option("--epsilon", options->rules.epsilon, "Largest difference in the norm, values in [0, 1]")
      ->check(positive_number());
  command->add_option("--norm", options->rules.norm, "Of --epsilon")
      ->check(CLI::IsMember({"linf", "l2", "l1"}));
  command->add_option("--tau", options->rules.tau, "A flip is confident above this confidence")
      ->check(number_from(0.0, 1.0));
  command->add_option("--out", options->out, "Write here what is found of each image")->type_name("FILE.csv");
  command->add_flag("--json", options->json, "One JSON object on standard output");
  command->callback([=] {
    require_one_model(*command);
    run_judge(*options);
  });
}

}  // namespace voronet
