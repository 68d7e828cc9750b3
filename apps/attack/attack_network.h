// One network, attacked by chosen methods: what `voronet attack` and each cell of an experiment do.
#pragma once

#include <voronet/apps/attack/asked_model.h>
#include <voronet/apps/attack/methods.h>
#include <voronet/apps/attack/series.h>
#include <voronet/apps/cli/progress.h>
#include <voronet/ranks/ranks.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace voronet {

struct AttackOptions {
  std::unique_ptr<MethodTable> methods;
  std::string data, split = "test";
  Index images = 100, start = 0;
  std::optional<data::ImageRange> range;  // in place of images and start
  bool targeted = false;
  bool resume = false;
  ranks::Team* team = &ranks::alone();  // who attack together, each with the same options

  AttackAll which() const;  // the images, and whether with targets
};

// --split, --range, --images, --start, --method and the options of all methods; makes options.methods.
void add_attack_options(CLI::App& command, AttackOptions& options);

// Attacks by each chosen method in turn and adds the finished attacks to the series. Their folders are `out`,
// or OUT/METHOD if there are several. `set` is the split of options.data. Throws Error when there is nothing
// to attack, when the network is of other images or classes than the set, when a folder holds another attack
// (or any, without options.resume), and when interrupted, with what is finished stored. Ranks that attack
// together all get the whole series, which the first of them writes, and the seconds of all ranks added up.
void attack_network(const AttackOptions& options, const CheckpointOptions& network, const data::Dataset& set,
                    const std::filesystem::path& out, Screen screen, AttackSeries& series);

// The same of a program that answers in a network's place: by methods that only ask.
void attack_black_box(const AttackOptions& options, const BlackBoxOptions& program, const data::Dataset& set,
                      const std::filesystem::path& out, Screen screen, AttackSeries& series);

}  // namespace voronet
