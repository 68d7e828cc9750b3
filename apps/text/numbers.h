// Numbers as people read them, in messages, tables and pages.
#pragma once

#include <voronet/core/shape.h>

#include <string>

namespace voronet {

std::string fixed(double value, int digits);  // 3.14159, 2 -> "3.14"; not finite -> "-"
// 0.16654, 3 -> "0.167"; 8.2e-13, 3 -> "8.2e-13"; 12345, 2 -> "12,345": whole below 10^7; NaN -> "nan"
std::string significant(double value, int digits);
std::string percent(double fraction);  // 0.9074 -> "90.7 %"
std::string thousands(Index value);    // 1234567 -> "1,234,567"
std::string duration(double seconds);  // 65 -> "1:05", 3723 -> "1:02:03"

}  // namespace voronet
