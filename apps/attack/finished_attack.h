// An attack that is through, and which one it was.
#pragma once

#include <voronet/apps/attack/record.h>

#include <filesystem>
#include <string>
#include <vector>

namespace voronet {

struct FinishedAttack {
  std::string network, method;
  std::filesystem::path folder;
  AttackRecord record;
};

using AttackSeries = std::vector<FinishedAttack>;  // at least one

}  // namespace voronet
