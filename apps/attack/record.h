// What an attack's folder says of it, as JSON: the settings, every row, and the numbers it comes down to.
#pragma once

#include <voronet/apps/attack/proof_record.h>
#include <voronet/attacks/summary.h>

#include <filesystem>
#include <string>
#include <vector>

namespace voronet {

struct AttackRecord {
  std::string head;          // softmax or gauss
  std::string threat_model;  // a paragraph
  Json settings;             // everything that decides the rows, as an object
  double tau = 0.1;          // see OnePixel
  std::vector<std::string> class_names;
  AttackRun run;
};

Json to_json(const SuccessRate& rate);
// Without a perturbation's image, which would make it long.
Json to_json(const AttackRow& row);
// Throws nlohmann's exceptions on anything else.
AttackRow row_from_json(const Json& json);

// attack.json. Rates come with Wilson's 95 % intervals; `images` holds the rows.
Json to_json(const AttackRecord& record);
// Reads it back. Throws Error, naming the file, when it is missing or something else.
AttackRecord read_attack_record(const std::filesystem::path& file);

// A line a row, for spreadsheets: attack.csv. Several pixels are separated by spaces, as row:column:values.
std::string to_csv(const AttackRun& run);

}  // namespace voronet
