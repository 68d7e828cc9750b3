// Several attacks side by side: networks by methods, and bounds from both sides (attacks/proof/sandwich.h).
#pragma once

#include <voronet/apps/attack/record.h>
#include <voronet/attacks/proof/sandwich.h>

#include <filesystem>
#include <string>
#include <vector>

namespace voronet {

// A row an attack, for a terminal: network and method where they differ, flips and confident flips with their
// intervals, queries; below it the caption, and what was proven.
std::string series_table(const AttackSeries& series);

// The same as a page, which lies in `folder` and leads to the page of each attack.
std::string series_page(const AttackSeries& series, const std::filesystem::path& folder);

// {"attacks": [...], "bounds": [...]}: each attack as its attack.json, with "network" and "method" before;
// bounds from both sides where there are proofs (sandwiches_of).
Json series_json(const AttackSeries& series);

struct NetworkSandwich {
  std::string network;
  Sandwich layers;
  Index images = 0;  // of the attacks' range, wrongly classified ones included; 0 where it is not known
};

// Of each network with a proof and, beside it, a one-pixel search or the exhaustive one. Attacks by
// gradients, on more pixels, with targets, or that end with a flip of any confidence, are left out: they are
// of another domain, or count other successes. Throws Error as sandwich does.
std::vector<NetworkSandwich> sandwiches_of(const AttackSeries& series);

// For a terminal, with a line that says how to read it; "" without any.
std::string sandwich_table(const std::vector<NetworkSandwich>& sandwiches);
// The same as a part of a page.
std::string sandwich_html(const std::vector<NetworkSandwich>& sandwiches);

// {"network", "found", "exact", "not_certified": [...]}: each layer with its methods and rates; "range_size".
void to_json(Json& json, const NetworkSandwich& sandwich);

}  // namespace voronet
