// The tables of an experiment: for terminals, pages and spreadsheets.
#pragma once

#include <voronet/apps/experiment/results.h>
#include <voronet/apps/text/table.h>

namespace voronet {

struct ResultTable {
  std::string title;
  Cells header;
  Rows rows;
};

// For people. A table for each data set and model, a row a measure, a column a recipe: the mean over seeds
// with its 95 % interval (GroupShare), of two seeds that differ with both their shares.
std::vector<ResultTable> summary_tables(const Experiment& experiment, const CellResults& results);
// The attacks that search for flips, and what is measured of one when each network refuses more and more of
// the images.
std::vector<std::string> searches(const Experiment& experiment, const CellResults& results);
std::vector<Measure> coverage_measures(const std::string& attack);
// The same of flips when each network refuses the share of the attacked images that it is least confident of,
// for each attack: a risk-coverage curve (R. El-Yaniv and Y. Wiener, "On the foundations of noise-free
// selective classification", JMLR 11, 2010) that compares heads whose confidences are on different scales.
std::vector<ResultTable> coverage_tables(const Experiment& experiment, const CellResults& results);
// A table for each recipe but the first of its data set and model: the differences from that, a row a
// measure.
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

}  // namespace voronet
