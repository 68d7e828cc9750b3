// How a test says that it cannot be run here.
#pragma once

#include <iostream>
#include <string>

#include <doctest/doctest.h>

namespace voronet::test {

// Prints the line that tests/run.sh counts, "skipped: NAME: WHY"; the running test has to return then.
inline void skipped(const std::string& why) {
  std::cout << "skipped: " << doctest::getContextOptions()->currentTest->m_name << ": " << why << std::endl;
}

}  // namespace voronet::test
