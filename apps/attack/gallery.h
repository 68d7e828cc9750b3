// Attacked images in a page: before and after, magnified, the changed pixels marked, the model's confidences.
#pragma once

#include <voronet/apps/attack/record.h>
#include <voronet/apps/text/table.h>

#include <filesystem>
#include <string>

namespace voronet {

// A count with its 95 % interval: 11 (6.3-18.6 %).
std::string interval(const SuccessRate& rate);
// A share of a range of images: 78.6 % of 1,000; "-" where there is none.
std::string robust(const std::optional<SuccessRate>& rate);
// The columns that every table of attacks has, on pages and terminals, and one record's cells: flips and
// confident flips with their 95 % intervals, robust accuracy ("-" where it is not decided of all images), and
// the median of the queries of an attack.
Cells attack_columns();
Cells attack_cells(const AttackRecord& record);
// What the columns mean; `attacks` says how many there were: "100".
std::string attack_caption(const std::string& attacks);

// What was attacked, by what is in it, and the program whose rows they are.
std::string made_of(const AttackRecord& record);

// HTML cards of the first `limit` flips, whose pictures lie in `folder`. Throws Error without a picture.
std::string gallery(const AttackRecord& record, const std::filesystem::path& folder, Index limit);

// A sentence on proofs: how many images are certified, how many only a real value flips; "" of others.
std::string proof_caption(const AttackRecord& record);

// A whole page for one attack: numbers, threat model, gallery, and which images withstood.
std::string attack_page(const AttackRecord& record, const std::filesystem::path& folder);

}  // namespace voronet
