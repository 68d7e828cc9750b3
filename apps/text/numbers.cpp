#include <voronet/apps/text/numbers.h>
#include <voronet/core/text.h>

#include <cmath>
#include <iomanip>

namespace voronet {

std::string fixed(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  return text(std::fixed, std::setprecision(digits), value);
}

std::string significant(double value, int digits) {
  if (std::abs(value) >= std::pow(10, digits) && std::abs(value) < 1e7) return thousands(std::llround(value));
  return text(std::setprecision(digits), value + 0.0);  // -0 becomes 0
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
  const auto two = [](Index digits) { return text(std::setfill('0'), std::setw(2), digits); };
  const Index minutes = total / 60;
  if (minutes < 60) return text(minutes, ':', two(total % 60));
  return text(minutes / 60, ':', two(minutes % 60), ':', two(total % 60));
}

}  // namespace voronet
