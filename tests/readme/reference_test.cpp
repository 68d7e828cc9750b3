// That docs/build.sh makes the reference, and that it wants a comment above each public function.
#include <voronet/core/file.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/skip.h"
#include <doctest/doctest.h>

using namespace voronet;

namespace {

namespace fs = std::filesystem;

const fs::path source = VORONET_SOURCE_DIR;

// Runs the script of a tree: what it prints, with its exit status as the last line.
std::string build(const fs::path& tree, const fs::path& site, const fs::path& log) {
  const std::string line = "'" + (tree / "docs/build.sh").string() + "' '" + site.string() + "' >'" +
                           log.string() + "' 2>&1; echo status $? >>'" + log.string() + "'";
  CHECK(std::system(line.c_str()) == 0);
  return read_file(log);
}

bool has_doxygen() { return std::system("command -v doxygen >/dev/null") == 0; }

}  // namespace

TEST_CASE("the reference is made without a warning: every public function has a comment, every link a page") {
  if (!has_doxygen()) return test::skipped("there is no Doxygen");
  const TemporaryFolder folder;
  const std::string said = build(source, folder / "site", folder / "log");
  CAPTURE(said);
  CHECK(said.ends_with("status 0\n"));
  CHECK(fs::exists(folder / "site/index.html"));
  CHECK(fs::exists(folder / "site/files/apps/demo.sh"));
}

TEST_CASE("the reference fails for a public function without a comment, and takes one for overloads") {
  if (!has_doxygen()) return test::skipped("there is no Doxygen");
  const TemporaryFolder folder;
  const fs::path tree = folder / "tree";
  fs::create_directories(tree / "apps");
  fs::create_directories(tree / "core");
  fs::copy(source / "docs", tree / "docs", fs::copy_options::recursive);
  fs::copy(source / "apps/packages.sh", tree / "apps");
  write_file(tree / "README.md", "# Tree\n\n[core](core/README.md)\n");
  write_file(tree / "core/README.md", "# core\n");
  write_file(tree / "voronet.h", "// All.\n#pragma once\n\n#include <voronet/core/one.h>\n");
  const auto said_of = [&](const std::string& declarations) {
    write_file(tree / "core/one.h", "// One.\n#pragma once\n\nnamespace voronet {\n\n" + declarations +
                                        "\n}  // namespace voronet\n");
    return build(tree, folder / "site", folder / "log");
  };
  CHECK(said_of("// Twice x: a < b, 2 * x, 100 %.\nint twice(int x);\ndouble twice(double x);\n")
            .ends_with("status 0\n"));
  CHECK(said_of("int half(int x);  // x / 2\nstruct Pair {\n  int a, b;  // in order\n};\n")
            .ends_with("status 0\n"));
  for (const std::string bare :
       {"int twice(int x);\n", "// Twice x.\nint twice(int x);\ndouble other(char c);\n",
        "// Twice x.\nint twice(int x);\n\nint other(int x);\n",
        "// A.\nclass A {\n public:\n  int size() const;\n};\n"}) {
    const std::string said = said_of(bare);
    CAPTURE(said);
    CHECK(said.find("is not documented") != std::string::npos);
    CHECK(!said.ends_with("status 0\n"));
  }
}
