// What the finished cells of an experiment say, read from their folders: shares of images, over seeds and
// between recipes.
#pragma once

#include <voronet/apps/attack/record.h>
#include <voronet/apps/experiment/cell.h>
#include <voronet/apps/experiment/seed_statistics.h>
#include <voronet/core/csv.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace voronet {

// A quantity in the tables: a share of a network's images.
struct Measure {
  std::string name;    // "accuracy", "exact: flips"
  std::string attack;  // whose; empty for accuracy
  enum Kind { accuracy, flips, confident_flips, certified, certified_confident } kind = accuracy;
};

struct CellResult {
  Cell cell;
  std::string folder;  // within the experiment's
  Csv metrics;         // of its training
  Index correct = 0, total = 0;
  std::map<std::string, AttackRecord> attacks;  // by name
  Json proof;                                   // prove.json, or null
  std::string machine;
  std::optional<std::string> program, data_md5, train_md5;  // version 0.1 said none; md5 of tests, training
  double seconds = 0;                                       // that training and attacks took

  // Nothing where the cell has no such attack.
  std::optional<SuccessRate> share(const Measure& measure) const;
  // Of each attacked image, by its number, whether it succeeded; those that the measure counts.
  std::map<Index, bool> successes(const Measure& measure) const;
};
using CellResults = std::vector<CellResult>;

// Those of the experiment's cells that are finished, in their order. Throws Error when a file is damaged, and
// when cells of one data set are of other images, since it was replaced.
CellResults read_results(const Experiment& experiment, const std::filesystem::path& out);

// Accuracy, and what each attack, in the order of the file, counts.
std::vector<Measure> measures(const Experiment& experiment, const CellResults& results);

// A data set, a model and a recipe.
struct Group {
  std::string data, model, recipe, head;
  std::vector<const CellResult*> cells;  // a seed each

  std::string place() const { return data + ", " + model; }
};
std::vector<Group> groups(const CellResults& results);

// A measure of a group. Nothing where no cell has it.
struct GroupShare {
  std::vector<double> values;  // one a seed that has it
  SeedMean over_seeds;
  SuccessRate pooled;  // all seeds' images together, as if networks of several seeds were one
};
std::optional<GroupShare> share(const Group& group, const Measure& measure);

// Group minus baseline, seed by seed, and image by image.
struct Difference {
  std::vector<double> values;  // one a seed that both have
  SeedMean over_seeds;
  std::optional<double> p;  // of the paired t-test over seeds
  // Of the images that both networks of a seed were attacked on: flipped in one only, summed over seeds; and
  // in how many seeds McNemar's exact test has p < 0.05. Not for accuracy.
  struct Images {
    Index only_group = 0, only_baseline = 0, seeds = 0, significant = 0;
  };
  std::optional<Images> images;
};
std::optional<Difference> difference(const Group& group, const Group& baseline, const Measure& measure);

}  // namespace voronet
