#include <voronet/core/kernels/explain.h>
#include <voronet/core/version.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("the program is named by its version, its commit where there is one, and its vectors") {
  const std::string name = program();
  CHECK(name.starts_with("voronet 0.1.0"));
  CHECK(name.ends_with(", " + kernels::width()));
  const std::string commit = name.substr(13, name.size() - 15 - kernels::width().size());
  if (!commit.empty()) CHECK(commit.find_first_not_of("0123456789abcdef+", 2) == commit.size() - 1);
}
