// Where the pictures of an attacked image lie in an attack's folder.
#pragma once

#include <voronet/attacks/attack_row.h>

#include <filesystem>

namespace voronet {

// The pictures of a row in an attack's folder: images/00017-before.png, images/00017-after.png, and with a
// target images/00017-after-as-3.png.
std::filesystem::path picture_before(const std::filesystem::path& folder, const AttackRow& row);
std::filesystem::path picture_after(const std::filesystem::path& folder, const AttackRow& row);
// The difference of a gradient attack's images, magnified: images/00017-change.png or -change-as-3.png.
std::filesystem::path picture_change(const std::filesystem::path& folder, const AttackRow& row);
// The heat map of a row with a census: images/00017-census.png, with a target images/00017-census-as-3.png.
std::filesystem::path picture_census(const std::filesystem::path& folder, const AttackRow& row);
// The heat map of a row with a proof: images/00017-proof.png.
std::filesystem::path picture_proof(const std::filesystem::path& folder, const AttackRow& row);

}  // namespace voronet
