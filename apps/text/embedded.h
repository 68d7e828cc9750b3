// What the program has to say at length, pages, help and experiments: files of apps/ that are built into it.
#pragma once

#include <map>
#include <string>

namespace voronet {

// All of them by their paths in apps/: "prove/page.html".
const std::map<std::string, std::string>& embedded_files();

// The text of one, with a value in place of each {name} in it; a brace is always the beginning of a name.
// What values hold is not searched again. Throws Error for an unknown file or name.
std::string filled(const std::string& file, const std::map<std::string, std::string>& values = {});

}  // namespace voronet
