// What people are told of an exception.
#pragma once

#include <exception>
#include <string>

namespace voronet {

// One line, whatever the exception quotes. Of the standard library's, whose own words name no file or are a
// function's, it says what happened.
std::string error_line(const std::exception& error);

}  // namespace voronet
