// Fetching named data sets: what `voronet data NAME` does.
#pragma once

#include <filesystem>
#include <string>

namespace voronet::data {

// Makes sure that the data set is on this machine, whole, and returns its folder. Files that are there
// already are verified by their checksums and left alone. Otherwise they come from the folder `from`, or are
// downloaded when none is given; they are verified before they are copied to data_home()/NAME. Throws Error,
// which says what to do, for an unknown name, a missing file or program, a wrong checksum, or when there is
// no room.
std::filesystem::path fetch(const std::string& name, const std::filesystem::path& from = {});

}  // namespace voronet::data
