// What an attack's folder says of it, as JSON: the settings, every row, and the numbers it comes down to.
#pragma once

#include <voronet/apps/text/json.h>
#include <voronet/attacks/summary.h>

#include <filesystem>
#include <string>
#include <vector>

namespace voronet {

struct AttackRecord {
  std::string head;          // softmax or gauss
  std::string threat_model;  // a paragraph
  Json settings;             // everything that decides the rows, as an object, and what is in the data
  double tau = 0.1;          // see OnePixel
  std::vector<std::string> class_names;
  AttackRun run;
  int threads = 0;  // that attacked last; 0: not known
};

// An attack that is through, and which one it was.
struct FinishedAttack {
  std::string network, method;
  std::filesystem::path folder;
  AttackRecord record;
};
using AttackSeries = std::vector<FinishedAttack>;  // at least one

void to_json(Json& json, const SuccessRate& rate);
void to_json(Json& json, const Proof& proof);
void from_json(const Json& json, Proof& proof);
// Without a perturbation's image, which would make it long.
void to_json(Json& json, const AttackRow& row);
void from_json(const Json& json, AttackRow& row);

// attack.json. Rates come with 95 % intervals (statistics.h); `images` holds the rows.
void to_json(Json& json, const AttackRecord& record);
// Reads it back. Throws Error, naming the file, when it is missing or something else.
AttackRecord read_attack_record(const std::filesystem::path& file);

// A line a row, for spreadsheets: attack.csv. Several pixels are separated by spaces, as row:column:values.
std::string to_csv(const AttackRun& run);

}  // namespace voronet
