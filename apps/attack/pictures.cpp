#include <voronet/apps/attack/pictures.h>
#include <voronet/core/text.h>

#include <iomanip>
#include <sstream>

namespace voronet {

std::filesystem::path picture(const std::filesystem::path& folder, const AttackRow& row,
                              const std::string& kind) {
  std::ostringstream name;
  name << std::setw(5) << std::setfill('0') << row.index << '-' << kind;
  if (row.target && kind != "before") name << "-as-" << *row.target;
  return folder / "images" / (name.str() + ".png");
}

}  // namespace voronet
