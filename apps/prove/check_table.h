// The checks of `voronet prove`: random ones, and all of them as a table for terminals, as HTML, as JSON.
#pragma once

#include <voronet/apps/cli/progress.h>
#include <voronet/apps/text/json.h>
#include <voronet/theory/check.h>

#include <cstdint>
#include <string>
#include <vector>

namespace voronet {

// Of random layers, heads and small networks, `draws` >= 1 of each kind. The same seed gives the same draws.
// Throws Error when interrupted.
Checks random_checks(Index draws, std::uint64_t seed, Screen screen);

// Checks of one thing: of random layers, or of a network.
struct CheckGroup {
  std::string on;  // what it is, in a word or two
  Checks checks;
};
using CheckGroups = std::vector<CheckGroup>;

Index passed(const CheckGroups& groups);
Index failed(const CheckGroups& groups);

// A table a group, at most 80 columns wide as long as names have at most 40 characters: name, value and
// tolerance of the worst trial, trials, and "ok" or "FAILED".
std::string check_tables(const CheckGroups& groups);
// The same with the claims, as HTML.
std::string check_html(const CheckGroups& groups);
// {"passed", "failed", "checks": [{"on", "name", "claim", "value", "tolerance", "trials", "ok"}]}. A value
// that is not finite is null.
Json check_json(const CheckGroups& groups);

}  // namespace voronet
