// MD5 (RFC 1321), to tell a damaged download from a whole one. No protection against a forger.
#pragma once

#include <string>
#include <string_view>

namespace voronet::data {

// 32 lower-case hexadecimal digits.
std::string md5(std::string_view bytes);

}  // namespace voronet::data
