#include <voronet/apps/text/numbers.h>

#include <cmath>
#include <iomanip>
#include <sstream>

namespace voronet {

std::string fixed(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  std::ostringstream out;
  out << std::fixed << std::setprecision(digits) << value;
  return out.str();
}

std::string significant(double value, int digits) {
  if (std::abs(value) >= std::pow(10, digits) && std::abs(value) < 1e7) return thousands(std::llround(value));
  std::ostringstream out;
  out << std::setprecision(digits) << value + 0.0;  // -0 becomes 0
  return out.str();
}

std::string percent(double fraction) {
  return std::isfinite(fraction) ? fixed(100 * fraction, 1) + " %" : "-";
}

std::string thousands(Index value) {
  std::string digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t i = digits.size(); i > first + 3;) digits.insert(i -= 3, ",");
  return digits;
}

std::string duration(double seconds) {
  const auto total = static_cast<Index>(std::lround(std::max(0.0, seconds)));
  std::ostringstream out;
  out << std::setfill('0');
  if (total >= 3600) out << total / 3600 << ':' << std::setw(2);
  out << total / 60 % 60 << ':' << std::setw(2) << total % 60;
  return out.str();
}

}  // namespace voronet
