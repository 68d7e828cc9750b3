// Rows of attacks for tests of what stores and shows them: pictures of 3 x 4 gray pixels.
#pragma once

#include <voronet/apps/attack/record.h>

// Of a picture whose pixel (0, 3) flips it, from a quarter to a half of all values.
inline voronet::Proof flip_proof() {
  using voronet::Claim;
  return {.certified_confident = true,
          .pruned = 10,
          .open = {{0, 3, true}, {2, 1, false}},
          .ranges = {{0, 3, 0.25, 0.5, Claim::yes, Claim::no}, {2, 1, 0.1, 0.2, Claim::maybe, Claim::no}},
          .real_flip = voronet::RealFlip{0, 3, 1.0 / 3, 0, 0.05}};
}

// What a proof over the reals says where no 8-bit value flips, but a real one does.
inline voronet::AttackRow proven_row() {
  voronet::AttackRow row;
  row.index = 9;
  row.confidences_before = row.confidences_after = {0.9, 0.1};
  row.census.emplace();
  row.proof = flip_proof();
  return row;
}

inline voronet::AttackRow flipped_row() {
  voronet::AttackRow row;
  row.index = 7;
  row.label = 1;
  row.seed = 0xffffffffffffffff;
  row.queries = 20;
  row.first_flip = 5;
  row.first_confident_flip = 11;
  row.pixels = {{1, 2, {40}, {255}}};
  row.predicted = 0;
  row.census = {{{0, 3, 1, 0}, {1, 2, 200, 100}}};
  row.confidences_before = {0.1, 0.7};
  row.confidences_after = {2.0 / 3, 1e-300};
  return row;
}

inline voronet::AttackRow withstanding_row() {
  voronet::AttackRow row;
  row.index = 8;
  row.target = 1;
  row.queries = 30;
  row.confidences_before = row.confidences_after = {0.9, 0.1};
  return row;
}

inline voronet::AttackRecord small_record() {
  return {"gauss", "may do <this>", {{"seed", 1}},
          0.1,     {"a & b", "c"},  {{flipped_row(), withstanding_row()}, 2.5, 50}};
}

inline voronet::data::Images small_picture() {
  return {1, 3, 4, 1, {40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40}};
}
