// What finished cells say, read from their folders: shares of images, over seeds and between recipes; the
// tables of these, for terminals, pages and spreadsheets, and the experiment's page.
#pragma once

#include <voronet/apps/attack/record.h>
#include <voronet/apps/experiment/cell.h>
#include <voronet/apps/text/table.h>
#include <voronet/core/csv.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace voronet {

// A quantity in the tables: a share of a network's images.
struct Measure {
  // Accuracies are of fixed images, the same for every network; the others of those that each gets right.
  enum Kind {
    accuracy,         // of all test images
    robust_accuracy,  // of the attack's range: right and not flipped
    certified_accuracy,
    flips,
    confident_flips,  // of the images with a confidence of tau or more before
    certified,
    certified_confident
  };
  std::string name;    // "accuracy", "exact: flips"
  std::string attack;  // whose; empty for accuracy
  Kind kind = accuracy;
  // Of flips: so many of the attacked images are refused before, those of the lowest confidence, whatever
  // confidences mean to a head. Of equal ones those that come first.
  double refused = 0;
};

struct CellResult {
  Cell cell;
  std::string folder;  // within the experiment's
  Csv metrics;         // of its training, if it was trained
  Index correct = 0, total = 0;
  // Of each test image, by its number, whether it is classified correctly. Where version 0.1 did not store
  // it, of those that attacks tell of: the ones without a row up to the last with one are wrong.
  std::map<Index, bool> right;
  std::map<std::string, AttackRecord> attacks;  // by name
  struct Checks {
    Index passed, failed;
  };
  std::optional<Checks> checks;  // of the theory, if they were asked for
  std::string machine;
  std::optional<std::string> program, data_md5, train_md5;  // version 0.1 said none; md5 of tests, training
  double seconds = 0;                                       // that training and attacks took

  // Nothing where the cell has no such attack.
  std::optional<SuccessRate> share(const Measure& measure) const;
  // Of each image that the measure counts, by its number, whether it succeeds.
  std::map<Index, bool> images(const Measure& measure) const;
};
using CellResults = std::vector<CellResult>;

// Those of the experiment's cells that are finished, in their order; the range of an attack is the largest
// that all networks of its data set have. Throws Error when a file is damaged,
// and when cells of one data set are of other images, since it was replaced.
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
  std::vector<SuccessRate> seeds;  // one a seed that has it
  double mean = 0;
  // Student's over the seeds, within 0..1. Where they have no spread (one, or all equal): that of the network
  // with the fewest images, as the seeds' images are the same. Of two that differ: none.
  std::optional<Interval> interval;
};
std::optional<GroupShare> share(const Group& group, const Measure& measure);

// Group minus baseline, seed by seed, and image by image.
struct Difference {
  SeedMean over_seeds;
  std::size_t seeds = 0;                    // that both have
  std::optional<double> t_test, sign_flip;  // p over seeds
  // Of the images that the measure counts in both networks of a seed: how many there are and how many succeed
  // in one only, over all seeds; seeds with McNemar's p < 0.05, and the largest p.
  struct Images {
    Index common = 0, only_group = 0, only_baseline = 0, significant = 0;
    double largest_p = 0;
  } images;
};
std::optional<Difference> difference(const Group& group, const Group& baseline, const Measure& measure);

struct ResultTable {
  std::string title;
  Cells header;
  Rows rows;
};

// For people. A table for each data set and model, a row a measure, a column a recipe: the mean over seeds
// with its 95 % interval (GroupShare), of two seeds that differ with both their shares.
std::vector<ResultTable> summary_tables(const Experiment& experiment, const CellResults& results);
// The attacks that search for flips, and what is measured of one as networks refuse more of the images.
std::vector<std::string> searches(const Experiment& experiment, const CellResults& results);
std::vector<Measure> coverage_measures(const std::string& attack);
// The same of flips when each network refuses the share of the attacked images that it is least confident of,
// for each attack: a risk-coverage curve (R. El-Yaniv and Y. Wiener, "On the foundations of noise-free
// selective classification", JMLR 11, 2010) that compares heads whose confidences are on different scales.
std::vector<ResultTable> coverage_tables(const Experiment& experiment, const CellResults& results);
// A table for each recipe but the first of its data set and model: differences from that.
std::vector<ResultTable> difference_tables(const Experiment& experiment, const CellResults& results);
// What the numbers mean and how they were computed, a sentence a line.
std::vector<std::string> method_lines(const CellResults& results);

// All of these, and how to read them, for a terminal.
std::string tables_text(const Experiment& experiment, const CellResults& results);

// For spreadsheets, with all digits, shares in 0..1: a line for each measure of each cell; of each recipe;
// of each difference; of each recipe's flips at each share refused.
Csv cells_csv(const Experiment& experiment, const CellResults& results);
Csv summary_csv(const Experiment& experiment, const CellResults& results);
Csv differences_csv(const Experiment& experiment, const CellResults& results);
Csv coverage_csv(const Experiment& experiment, const CellResults& results);

// {"name", "cells": [...], "summary": [...], "differences": [...], "coverage": [...]}: the same four tables.
Json experiment_json(const Experiment& experiment, const CellResults& results);

// To lie in the experiment's folder, whose cells' pages it leads to; of what is finished so far. `command`
// repeats it.
std::string experiment_page(const Experiment& experiment, const CellResults& results,
                            const std::string& command);

}  // namespace voronet
