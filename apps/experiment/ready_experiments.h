// The experiments that come with the program, from apps/experiment/, built into it.
#pragma once

#include <map>
#include <string>

namespace voronet {

// Their files' text by name: quick, lenet, ...
const std::map<std::string, std::string>& ready_experiments();

}  // namespace voronet
