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

// For people. A table for each data set and model, a row a measure, a column a recipe: mean over seeds with
// half the width of its 95 % interval; for a single seed the share with Wilson's interval.
std::vector<ResultTable> summary_tables(const Experiment& experiment, const CellResults& results);
// A table for each recipe but the first of its data set and model: the differences from that, a row a
// measure.
std::vector<ResultTable> difference_tables(const Experiment& experiment, const CellResults& results);
// What the numbers mean and how they were computed, a sentence a line.
std::vector<std::string> method_lines(const CellResults& results);

// For spreadsheets, with all digits, shares in 0..1: a line for each measure of each cell; of each recipe;
// of each difference.
Csv cells_csv(const Experiment& experiment, const CellResults& results);
Csv summary_csv(const Experiment& experiment, const CellResults& results);
Csv differences_csv(const Experiment& experiment, const CellResults& results);

// {"name", "cells": [...], "summary": [...], "differences": [...]}: the same three tables.
Json experiment_json(const Experiment& experiment, const CellResults& results);

}  // namespace voronet
