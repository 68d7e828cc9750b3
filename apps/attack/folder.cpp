#include <voronet/apps/attack/adversarial_images.h>
#include <voronet/apps/attack/folder.h>
#include <voronet/apps/attack/gallery.h>
#include <voronet/apps/attack/pictures.h>
#include <voronet/core/file.h>
#include <voronet/data/png.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <tuple>

namespace voronet {
namespace {

namespace fs = std::filesystem;

// The rows that a process stored. A kill may have cut the last line off, a power failure may have left zeros
// where lines were not yet on the disk: what follows goes, and its images are attacked again.
std::string whole_lines(const fs::path& rows) {
  std::string bytes = read_file(rows);
  bytes.resize(std::min(bytes.find('\0'), bytes.size()));
  bytes.resize(bytes.rfind('\n') + 1);  // npos + 1 is 0
  return bytes;
}

// Whether the file was begun with these settings.
bool has_settings(const fs::path& rows, const Json& settings) {
  return fs::exists(rows) && whole_lines(rows).starts_with(json_text(settings) + '\n');
}

// By its path: "tau 0.1", "network_options/mean not set".
std::string value_in(const Json& flat, const std::string& key) {
  return key.substr(key.find('/') + 1) + (flat.contains(key) ? ' ' + json_text(flat[key]) : " not set");
}

// Each setting that differs: "tau 0.1, not 0.2; seed 1, not 2".
std::string differences(const Json& stored, const Json& now) {
  const Json before = stored.flatten(), after = now.flatten();
  Json all = before;
  if (stored.contains("program")) all.update(after);
  std::string found;
  for (const auto& [key, value] : all.items()) {
    if (before.contains(key) && after.contains(key) && before[key] == after[key]) continue;
    found += text(found.empty() ? "" : "; ", value_in(before, key), ", not ",
                  after.contains(key) ? json_text(after[key]) : "set");
  }
  return found;
}

// Whether at least one attack was finished: one that was refused before its first image left nothing to lose.
bool holds_rows(const fs::path& rows) {
  if (!fs::exists(rows)) return false;
  const std::string bytes = whole_lines(rows);
  return std::ranges::count(bytes, '\n') > 1;
}

// Those of all processes that ever worked here.
std::vector<fs::path> files_with_rows(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".jsonl" && holds_rows(entry.path())) files.push_back(entry.path());
  return files;
}

// NaN is what it is, too.
bool same(const std::vector<double>& some, const std::vector<double>& others) {
  return std::ranges::equal(some, others,
                            [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); });
}

}  // namespace

AttackFolder::AttackFolder(fs::path path, const Json& settings, bool resume,
                           const std::optional<std::vector<Index>>& images, Index part)
    : path_(std::move(path)),
      rows_(path_ / (part == 0 ? "rows.jsonl" : text("rows-", part, ".jsonl"))),
      settings_(Json::parse(json_text(settings))) {  // as they are read back
  make_folder(path_ / "images");
  const std::vector<fs::path> files = files_with_rows(path_);
  require(resume || files.empty(), path_.string(),
          " already holds an attack: continue it with --resume, or choose another --out");
  if (files.empty() && !(resume && has_settings(rows_, settings))) fs::remove_all(path_ / unfinished_images);
  bool unknown = false;  // which program made some of them
  for (const fs::path& file : files) read_rows(file, images, unknown);
  if (unknown)
    settings_["program"] = "an unknown version of voronet, then " + settings.value("program", "this");
  std::ranges::sort(finished_.rows, {}, [](const AttackRow& row) { return std::tie(row.index, row.target); });
  write_file(rows_, holds_rows(rows_) ? whole_lines(rows_) : json_text(settings) + '\n');
  out_.open(rows_, std::ios::binary | std::ios::app);
  require(out_.is_open(), "cannot write ", rows_.string());
}

// The first line of the file holds the settings, each further one a row and its seconds.
void AttackFolder::read_rows(const fs::path& file, const std::optional<std::vector<Index>>& images,
                             bool& unknown) {
  try {
    std::istringstream lines(whole_lines(file));
    std::string line;
    std::getline(lines, line);
    const Json stored = Json::parse(line);
    const std::string other = differences(stored, settings_);
    require(other.empty(), path_.string(), " holds an attack with other settings (", other,
            "): choose another --out, or remove this one to begin anew");
    unknown = unknown || !stored.contains("program");
    while (std::getline(lines, line)) {
      const Json json = Json::parse(line);
      auto row = json.at("row").get<AttackRow>();
      if (images && !std::binary_search(images->begin(), images->end(), row.index)) continue;
      if (row.perturbation) json.at("adversarial").get_to(row.perturbation->image);
      finished_.seconds += json.at("seconds").get<double>();
      finished_.queries += row.queries;
      finished_.rows.push_back(std::move(row));
    }
  } catch (const nlohmann::json::exception& error) {
    throw Error(text(file.string(), ": damaged: ", error.what()));
  }
}

// What the model says of the image that the row's changes make, as it is written.
Prediction AttackFolder::seen(const AttackRow& row, const data::Images& image,
                              const OrdinaryForward& model) const {
  const fs::path after = picture(path_, row, "after");
  if (!row.perturbation) {
    data::Images changed = image;
    apply(row.pixels, changed.image(0), image.width);
    data::write_png(after, changed);
    return model.bytes(data::read_png(after));
  }
  data::write_png(after, rounded_image(image, row.perturbation->image));
  data::write_png(picture(path_, row, "change"), magnified_change(image, *row.perturbation));
  return model.floats(tensor_of(row.perturbation->image, image));
}

void AttackFolder::add(const AttackRow& row, const data::Images& image, double seconds,
                       const OrdinaryForward& model) {
  data::write_png(picture(path_, row, "before"), image);
  if (row.flip()) {
    const Prediction after = seen(row, image, model);
    require(after.classes[0] == row.predicted && same(after.confidences.to_vector(), row.confidences_after),
            "attack: the model does not confirm the flip of image ", row.index, " in ",
            picture(path_, row, "after").string());
  }
  if (row.census) data::write_png(picture(path_, row, "census"), heat_map(image, *row.census));
  if (row.proof) data::write_png(picture(path_, row, "proof"), heat_map(image, *row.proof));
  Json line = {{"row", row}, {"seconds", seconds}};
  if (row.perturbation) line["adversarial"] = row.perturbation->image;
  out_ << json_text(line) + '\n' << std::flush;
  require(out_.good(), "cannot write ", rows_.string(), ": ", std::strerror(errno));
}

void AttackFolder::finish(const AttackRecord& record) const {
  write_adversarial_images(path_, record.run);
  write_file(path_ / "attack.json", json_text(record, 1) + '\n');
  write_file(path_ / "attack.csv", to_csv(record.run));
  write_file(path_ / "report.html", attack_page(record, path_));
  fs::remove_all(path_ / unfinished_images);
}

}  // namespace voronet
