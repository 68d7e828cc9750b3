#include <voronet/apps/attack/record.h>
#include <voronet/core/csv.h>
#include <voronet/core/error.h>
#include <voronet/core/file.h>
#include <voronet/core/text.h>

namespace voronet {
namespace {

Json to_json(const PixelChange& change) {
  return {{"row", change.row}, {"column", change.column}, {"before", change.before}, {"after", change.after}};
}

PixelChange change_from_json(const Json& json) {
  PixelChange change{json.at("row"), json.at("column"), {}, {}};
  json.at("before").get_to(change.before);
  json.at("after").get_to(change.after);
  return change;
}

Json to_json(const WeakPixel& pixel) {
  return {{"row", pixel.row},
          {"column", pixel.column},
          {"adversarial", pixel.adversarial},
          {"adversarial_confident", pixel.adversarial_confident}};
}

WeakPixel weak_pixel_from_json(const Json& json) {
  return {json.at("row"), json.at("column"), json.at("adversarial"), json.at("adversarial_confident")};
}

Json to_json(const Perturbation& change) {
  return {{"linf", change.linf}, {"l2", change.l2}, {"l1", change.l1}, {"l0", change.l0}};
}

Perturbation perturbation_from_json(const Json& json) {
  return {{}, json.at("linf"), json.at("l2"), json.at("l1"), json.at("l0")};
}

std::string joined(const std::vector<PixelChange>& changes) {
  std::string out;
  for (const PixelChange& change : changes) {
    out += text(out.empty() ? "" : " ", change.row, ':', change.column);
    for (const std::uint8_t value : change.after) out += text(':', static_cast<int>(value));
  }
  return out;
}

// linf, l2, l1 and l0, or nothing in each.
std::vector<std::string> norms(const AttackRow& row) {
  if (!row.perturbation) return std::vector<std::string>(4);
  const auto& [image, linf, l2, l1, l0] = *row.perturbation;
  return {text(linf), text(l2), text(l1), text(l0)};
}

// Whether certified, and against confident flips; pixels that bounds rule out; a real flip's row, column and
// value. Or nothing in each.
std::vector<std::string> proven(const AttackRow& row) {
  if (!row.proof) return std::vector<std::string>(4);
  const auto& flip = row.proof->real_flip;
  return {text(row.proof->certified), text(row.proof->certified_confident), text(row.proof->pruned),
          flip ? text(flip->row, ':', flip->column, ':', flip->value) : ""};
}

}  // namespace

Json to_json(const SuccessRate& rate) {
  return {{"count", rate.count}, {"of", rate.of}, {"interval", {rate.interval.low, rate.interval.high}}};
}

Json to_json(const AttackRow& row) {
  Json json = {{"index", row.index}, {"label", row.label}};
  if (row.target) json["target"] = *row.target;
  json.update({{"seed", row.seed},
               {"flip", row.flip()},
               {"confident_flip", row.confident_flip()},
               {"queries", row.queries},
               {"first_flip", row.first_flip},
               {"first_confident_flip", row.first_confident_flip},
               {"predicted", row.predicted}});
  json["pixels"] = Json::array();
  for (const PixelChange& change : row.pixels) json["pixels"].push_back(to_json(change));
  if (row.perturbation) json["perturbation"] = to_json(*row.perturbation);
  if (row.census) {
    json["adversarial"] = row.census->adversarial();
    json["adversarial_confident"] = row.census->adversarial_confident();
    json["weak_pixels"] = Json::array();
    for (const WeakPixel& pixel : row.census->weak_pixels) json["weak_pixels"].push_back(to_json(pixel));
  }
  if (row.proof) json["proof"] = to_json(*row.proof);
  json["confidences_before"] = row.confidences_before;
  json["confidences_after"] = row.confidences_after;
  return json;
}

AttackRow row_from_json(const Json& json) {
  AttackRow row;
  json.at("index").get_to(row.index);
  json.at("label").get_to(row.label);
  if (json.contains("target")) row.target = json["target"].get<int>();
  json.at("seed").get_to(row.seed);
  json.at("queries").get_to(row.queries);
  json.at("first_flip").get_to(row.first_flip);
  json.at("first_confident_flip").get_to(row.first_confident_flip);
  json.at("predicted").get_to(row.predicted);
  for (const Json& change : json.at("pixels")) row.pixels.push_back(change_from_json(change));
  if (json.contains("perturbation")) row.perturbation = perturbation_from_json(json["perturbation"]);
  if (json.contains("weak_pixels")) {
    row.census.emplace();
    for (const Json& pixel : json["weak_pixels"])
      row.census->weak_pixels.push_back(weak_pixel_from_json(pixel));
  }
  if (json.contains("proof")) row.proof = proof_from_json(json["proof"]);
  json.at("confidences_before").get_to(row.confidences_before);
  json.at("confidences_after").get_to(row.confidences_after);
  return row;
}

Json to_json(const AttackRecord& record) {
  const AttackSummary summary = summarise(record.run, record.tau);
  Json json = {{"attacked", summary.attacked},
               {"flips", summary.flips.count},
               {"confident_flips", summary.confident_flips.count},
               {"flip_rate", to_json(summary.flips)},
               {"confident_flip_rate", to_json(summary.confident_flips)},
               {"queries", summary.queries},
               {"median_queries", summary.median_queries},
               {"seconds", summary.seconds},
               {"queries_per_second", summary.queries_per_second}};
  if (summary.median_queries_to_flip) json["median_queries_to_flip"] = *summary.median_queries_to_flip;
  if (summary.certified) json["certified_rate"] = to_json(*summary.certified);
  if (summary.certified_confident) json["certified_confident_rate"] = to_json(*summary.certified_confident);
  json["success_at"] = Json::array();
  for (const SuccessAt& at : summary.success_at)
    json["success_at"].push_back(
        {{"queries", at.queries}, {"flips", at.flips}, {"confident_flips", at.confident_flips}});
  json.update({{"head", record.head},
               {"threat_model", record.threat_model},
               {"tau", record.tau},
               {"settings", record.settings},
               {"class_names", record.class_names}});
  json["images"] = Json::array();
  for (const AttackRow& row : record.run.rows) json["images"].push_back(to_json(row));
  return json;
}

AttackRecord read_attack_record(const std::filesystem::path& file) {
  const std::string bytes = read_file(file);
  try {
    const Json json = Json::parse(bytes);
    AttackRecord record{
        json.at("head"), json.at("threat_model"), json.at("settings"), json.at("tau"), {}, {}};
    json.at("class_names").get_to(record.class_names);
    for (const Json& row : json.at("images")) record.run.rows.push_back(row_from_json(row));
    json.at("seconds").get_to(record.run.seconds);
    json.at("queries").get_to(record.run.queries);
    return record;
  } catch (const nlohmann::json::exception& error) {
    throw Error(text(file.string(), ": not the record of an attack: ", error.what()));
  }
}

std::string to_csv(const AttackRun& run) {
  Csv table{{"index",
             "label",
             "target",
             "seed",
             "flip",
             "confident_flip",
             "queries",
             "first_flip",
             "first_confident_flip",
             "predicted",
             "adversarial",
             "adversarial_confident",
             "certified",
             "certified_confident",
             "pruned",
             "real_flip",
             "linf",
             "l2",
             "l1",
             "l0",
             "pixels"},
            {}};
  for (const AttackRow& row : run.rows) {
    table.rows.push_back({text(row.index), text(row.label), row.target ? text(*row.target) : "",
                          text(row.seed), text(row.flip()), text(row.confident_flip()), text(row.queries),
                          text(row.first_flip), text(row.first_confident_flip), text(row.predicted),
                          row.census ? text(row.census->adversarial()) : "",
                          row.census ? text(row.census->adversarial_confident()) : ""});
    for (const std::string& part : proven(row)) table.rows.back().push_back(part);
    for (const std::string& norm : norms(row)) table.rows.back().push_back(norm);
    table.rows.back().push_back(joined(row.pixels));
  }
  return to_text(table);
}

}  // namespace voronet
