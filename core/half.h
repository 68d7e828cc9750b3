// Half-precision numbers in files.
#pragma once

#include <bit>
#include <cstdint>

namespace voronet {

// The value of IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits.
inline float float16(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16, moved = (bits & 0x7fffU) << 13;
  if (moved >= 0x7c00U << 13) return std::bit_cast<float>(sign | 0x7f800000U | moved);  // infinity or NaN
  // At a float's places the exponent is too small by 127 - 15, also of a subnormal. The product is exact.
  const float magnitude = std::bit_cast<float>(moved) * 0x1p112F;
  return sign == 0 ? magnitude : -magnitude;
}

}  // namespace voronet
