#include <voronet/apps/attack/pictures.h>
#include <voronet/core/text.h>

#include <iomanip>
#include <sstream>
#include <string>

namespace voronet {
namespace {

namespace fs = std::filesystem;

std::string number(const AttackRow& row) {
  std::ostringstream out;
  out << std::setw(5) << std::setfill('0') << row.index;
  return out.str();
}

fs::path picture(const fs::path& folder, const AttackRow& row, const char* kind) {
  const std::string as = row.target ? text("-as-", *row.target) : "";
  return folder / "images" / text(number(row), '-', kind, as, ".png");
}

}  // namespace

fs::path picture_before(const fs::path& folder, const AttackRow& row) {
  return folder / "images" / (number(row) + "-before.png");
}

fs::path picture_after(const fs::path& folder, const AttackRow& row) { return picture(folder, row, "after"); }

fs::path picture_change(const fs::path& folder, const AttackRow& row) {
  return picture(folder, row, "change");
}

fs::path picture_census(const fs::path& folder, const AttackRow& row) {
  return picture(folder, row, "census");
}

fs::path picture_proof(const fs::path& folder, const AttackRow& row) { return picture(folder, row, "proof"); }

}  // namespace voronet
