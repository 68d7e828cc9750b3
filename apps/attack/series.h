// Several attacks side by side: networks by methods.
#pragma once

#include <voronet/apps/attack/record.h>

#include <filesystem>
#include <string>

namespace voronet {

// A row an attack, for a terminal: network and method where they differ, flips and confident flips with their
// intervals, queries; below it the caption, and what was proven.
std::string series_table(const AttackSeries& series);

// The same as a page, which lies in `folder` and leads to the page of each attack.
std::string series_page(const AttackSeries& series, const std::filesystem::path& folder);

// {"attacks": [...], "bounds": [...]}: each attack as its attack.json, with "network" and "method" before;
// bounds from both sides where there are proofs (sandwich_table.h).
Json series_json(const AttackSeries& series);

}  // namespace voronet
