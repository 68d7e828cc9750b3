// Where the pictures of an attacked image lie in an attack's folder.
#pragma once

#include <voronet/attacks/attack_row.h>

#include <filesystem>
#include <string>

namespace voronet {

// images/00017-KIND.png, or 00017-KIND-as-3.png of a row with a target. Kinds: "before", which is the same
// for all targets; "after"; "change", what a gradient attack changed, magnified; "census" and "proof", heat
// maps.
std::filesystem::path picture(const std::filesystem::path& folder, const AttackRow& row,
                              const std::string& kind);

}  // namespace voronet
