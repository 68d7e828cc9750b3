// Fetching named data sets: what `voronet data NAME` does.
#pragma once

#include <voronet/data/catalogue.h>

#include <filesystem>

namespace voronet::data {

struct Fetched {
  std::filesystem::path folder;
  bool canonical;  // its checksums were compared; else only lengths and labels are known to be right
};

// Makes sure that the data set is on this machine, whole, and returns its folder. Files that are there
// already are checked and left alone. Otherwise they come from the folder `from`, which has the files or
// their archive, or are downloaded when none is given; they are checked before they are copied to
// data_home()/NAME. The check is that of their checksums, or of their archive's; files whose checksum is
// known only as part of an archive that is not at hand must have the right lengths and labels in range.
// Throws Error, which says what to do, for a missing file or program, a failed check, or lack of room.
Fetched fetch(const KnownDataset& dataset, const std::filesystem::path& from = {});

}  // namespace voronet::data
