#include <voronet/apps/attack/unfinished.h>
#include <voronet/apps/text/json.h>
#include <voronet/core/file.h>

#include <fstream>
#include <iomanip>

namespace voronet {

// Only what is decided is kept: nothing is undecided.
VORONET_JSON(BoxSearch, boxes, flips, confident_flips, ties, sure, likely, open, near)

std::filesystem::path UnfinishedImages::file_of(Index index) const {
  return folder_ / text(std::setfill('0'), std::setw(5), index, ".jsonl");
}

UnfinishedImages::Places& UnfinishedImages::places_of(Index index) {
  const auto [image, is_new] = images_.try_emplace(index);
  const std::filesystem::path file = file_of(index);
  if (!is_new || !std::filesystem::exists(file)) return image->second;
  std::string lines = read_file(file);
  lines.resize(lines.rfind('\n') + 1);  // none: 0
  write_file(file, lines);
  std::istringstream stored(lines);
  try {
    for (std::string line; std::getline(stored, line);) {
      const Json json = Json::parse(line);
      Index place = 0;
      read(json, "place", place);
      json.get_to(image->second[place]);
    }
  } catch (const nlohmann::json::exception& error) {
    throw Error(text(file.string(), ": damaged: ", error.what()));
  }
  return image->second;
}

std::optional<BoxSearch> UnfinishedImages::kept(Index index, Index place) {
  const std::scoped_lock lock(mutex_);
  const Places& places = places_of(index);
  const auto found = places.find(place);
  return found == places.end() ? std::nullopt : std::optional(found->second);
}

void UnfinishedImages::keep(Index index, Index place, const BoxSearch& found) {
  const std::scoped_lock lock(mutex_);
  if (!places_of(index).try_emplace(place, found).second) return;
  make_folder(folder_);
  std::ofstream out(file_of(index), std::ios::binary | std::ios::app);
  Json line = found;
  line["place"] = place;
  out << json_text(line) + '\n' << std::flush;
  require(out.good(), "cannot write ", file_of(index).string());
}

}  // namespace voronet
