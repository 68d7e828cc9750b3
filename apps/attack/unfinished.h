// Images that an exact search has begun: what it has found of their places, in a file each, so that who stops
// it within one of hours loses no more than some places.
#pragma once

#include <voronet/attacks/proof/box_search.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>

namespace voronet {

// FOLDER/IMAGE.jsonl, a line a place. Several threads may use it.
class UnfinishedImages {
 public:
  // The folder need not be there.
  explicit UnfinishedImages(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // What is known of a place, by its number. Throws Error for a file that is damaged; a last line that
  // a kill cut off does not count.
  std::optional<BoxSearch> kept(Index index, Index place);
  // Stores it, if it is not there. Throws Error when it cannot be written.
  void keep(Index index, Index place, const BoxSearch& found);

 private:
  using Places = std::map<Index, BoxSearch>;
  std::filesystem::path file_of(Index index) const;
  Places& places_of(Index index);

  std::filesystem::path folder_;
  std::mutex mutex_;
  std::map<Index, Places> images_;  // by index, those that were asked for
};

}  // namespace voronet
