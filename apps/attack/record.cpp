#include <voronet/apps/attack/record.h>
#include <voronet/core/csv.h>
#include <voronet/core/file.h>

#include <array>

namespace voronet {

VORONET_JSON(PixelChange, row, column, before, after)
VORONET_JSON(WeakPixel, row, column, adversarial, adversarial_confident)
VORONET_JSON(Perturbation, linf, l2, l1, l0)
VORONET_JSON(SuccessAt, queries, flips, confident_flips)
NLOHMANN_JSON_SERIALIZE_ENUM(Domain, {{Domain::bytes, "bytes"}, {Domain::reals, "reals"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Claim, {{Claim::maybe, "maybe"}, {Claim::no, "no"}, {Claim::yes, "yes"}})
VORONET_JSON(OpenPixel, row, column, confident)
VORONET_JSON(FlipRange, row, column, from, to, flip, confident)
VORONET_JSON(RealFlip, row, column, value, predicted, confidence)

namespace {

std::string joined(const std::vector<PixelChange>& changes) {
  std::string out;
  for (const PixelChange& change : changes) {
    out += text(out.empty() ? "" : " ", change.row, ':', change.column);
    for (const std::uint8_t value : change.after) out += text(':', static_cast<int>(value));
  }
  return out;
}

}  // namespace

void to_json(Json& json, const SuccessRate& rate) {
  json = {{"count", rate.count}, {"of", rate.of}, {"interval", {rate.interval.low, rate.interval.high}}};
}

void to_json(Json& json, const Proof& proof) {
  put(json, "domain", proof.domain, "certified", proof.certified, "certified_confident",
      proof.certified_confident, "pruned", proof.pruned, "open", proof.open, "ties", proof.ties, "ranges",
      proof.ranges, "real_flip", proof.real_flip);
  // As text: there may be more colours than the numbers of other programs' JSON hold.
  if (const auto& search = proof.search)
    put(json, "decided", search->undecided == 0, "boxes", search->boxes, "undecided", text(search->undecided),
        "seconds", search->seconds);
}

void from_json(const Json& json, Proof& proof) {
  std::optional<Index> boxes, ties;
  std::optional<std::string> undecided;
  std::optional<double> seconds;  // version 0.1 did not say
  read(json, "certified", proof.certified, "certified_confident", proof.certified_confident, "pruned",
       proof.pruned, "open", proof.open, "ties", ties, "ranges", proof.ranges, "real_flip", proof.real_flip,
       "boxes", boxes, "undecided", undecided, "seconds", seconds);
  if (boxes)
    proof.search = {*boxes, parse_number<Index>(undecided.value_or("")).value_or(0), seconds.value_or(0)};
  proof.domain = json.value("domain", Domain::bytes);  // rows of older programs do not say
  proof.ties = ties.value_or(0);
}

namespace {

// A row's proof, with what the row knows of it.
Json proof_of(const AttackRow& row) {
  Json json = *row.proof;
  if (!row.proof->search) return json;
  json["flippable"] = row.flip();
  if (row.census)
    put(json, "places", std::ssize(row.census->weak_pixels), "values", text(row.census->adversarial()));
  return json;
}

}  // namespace

void to_json(Json& json, const AttackRow& row) {
  put(json, "index", row.index, "label", row.label, "target", row.target, "seed", row.seed, "flip",
      row.flip(), "confident_flip", row.confident_flip(), "queries", row.queries, "first_flip",
      row.first_flip, "first_confident_flip", row.first_confident_flip, "predicted", row.predicted, "pixels",
      row.pixels, "perturbation", row.perturbation);
  if (row.census)
    put(json, "adversarial", row.census->adversarial(), "adversarial_confident",
        row.census->adversarial_confident(), "weak_pixels", row.census->weak_pixels);
  if (row.proof) json["proof"] = proof_of(row);
  put(json, "confidences_before", row.confidences_before, "confidences_after", row.confidences_after);
}

void from_json(const Json& json, AttackRow& row) {
  std::optional<std::vector<WeakPixel>> weak;
  read(json, "index", row.index, "label", row.label, "target", row.target, "seed", row.seed, "queries",
       row.queries, "first_flip", row.first_flip, "first_confident_flip", row.first_confident_flip,
       "predicted", row.predicted, "pixels", row.pixels, "perturbation", row.perturbation, "weak_pixels",
       weak, "proof", row.proof, "confidences_before", row.confidences_before, "confidences_after",
       row.confidences_after);
  if (weak) row.census = Census{*weak};
}

void to_json(Json& json, const AttackRecord& record) {
  const AttackSummary summary = summarise(record.run, record.tau);
  put(json, "attacked", summary.attacked, "flips", summary.flips.count, "confident_flips",
      summary.confident_flips.count, "flip_rate", summary.flips, "confident_flip_rate",
      summary.confident_flips, "queries", summary.queries, "median_queries", summary.median_queries,
      "seconds", summary.seconds, "queries_per_second", summary.queries_per_second, "median_queries_to_flip",
      summary.median_queries_to_flip, "certified_rate", summary.certified, "certified_confident_rate",
      summary.certified_confident, "robust_accuracy", summary.robust_accuracy, "certified_accuracy",
      summary.certified_accuracy);
  if (summary.robust_accuracy) json["range"] = {record.run.range.first, record.run.range.last};
  put(json, "success_at", summary.success_at, "head", record.head, "threat_model", record.threat_model, "tau",
      record.tau, "settings", record.settings, "threads", record.threads, "class_names", record.class_names,
      "images", record.run.rows);
}

AttackRecord read_attack_record(const std::filesystem::path& file) {
  const std::string bytes = read_file(file);
  try {
    AttackRecord record;
    std::optional<int> threads;  // version 0.1 did not say
    std::optional<std::array<Index, 2>> range;
    std::optional<Index> start;
    read(Json::parse(bytes), "head", record.head, "threat_model", record.threat_model, "settings",
         record.settings, "tau", record.tau, "class_names", record.class_names, "images", record.run.rows,
         "seconds", record.run.seconds, "queries", record.run.queries, "threads", threads, "range", range);
    read(record.settings, "start", start);
    record.threads = threads.value_or(0);
    if (range)
      record.run.range = {range->front(), range->back()};
    else if (start && !record.run.rows.empty())  // version 0.1 did not say
      record.run.range = {*start, record.run.rows.back().index + 1};
    return record;
  } catch (const nlohmann::json::exception& error) {
    throw Error(text(file.string(), ": not the record of an attack: ", error.what()));
  }
}

std::string to_csv(const AttackRun& run) {
  Csv table = parse_csv(
      "index,label,target,seed,flip,confident_flip,queries,first_flip,first_confident_flip,predicted,"
      "adversarial,adversarial_confident,certified,certified_confident,pruned,real_flip,linf,l2,l1,l0,"
      "pixels");
  for (const AttackRow& row : run.rows) {
    std::vector<std::string> cells =
        csv_row(row.index, row.label, row.target, row.seed, row.flip(), row.confident_flip(), row.queries,
                row.first_flip, row.first_confident_flip, row.predicted);
    cells.resize(table.columns.size());  // what an attack has not counted, proven or measured stays empty
    const auto put_cells = [&](std::size_t first, const std::vector<std::string>& values) {
      std::ranges::copy(values, cells.begin() + static_cast<std::ptrdiff_t>(first));
    };
    if (row.census) put_cells(10, csv_row(row.census->adversarial(), row.census->adversarial_confident()));
    if (row.proof) {
      const auto& flip = row.proof->real_flip;
      put_cells(12, csv_row(row.proof->certified, row.proof->certified_confident, row.proof->pruned,
                            flip ? text(flip->row, ':', flip->column, ':', flip->value) : ""));
    }
    if (const auto& change = row.perturbation)
      put_cells(16, csv_row(text(change->linf), text(change->l2), text(change->l1), change->l0));
    cells.back() = joined(row.pixels);
    table.rows.push_back(std::move(cells));
  }
  return to_text(table);
}

}  // namespace voronet
