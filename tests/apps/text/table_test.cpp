#include <voronet/apps/text/table.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a table's first column is aligned to the left, the others to the right") {
  CHECK(text_table({"head", "flips"}, {{"softmax", "3"}, {"a", "12,345"}}) ==
        "head      flips\n"
        "softmax       3\n"
        "a        12,345\n");
  CHECK(text_table({"a"}, {}) == "a\n");
}

TEST_CASE("a table too wide is cut into parts with the same first column") {
  const std::vector<std::string> header = {"head", "a", "b", "c"};
  const std::vector<std::vector<std::string>> rows = {{"flips", "1", "22", "333"}};
  CHECK(wrapped_table(header, rows, 17) == text_table(header, rows));  // its width
  CHECK(wrapped_table(header, rows, 16) ==
        "head   a   b\n"
        "flips  1  22\n"
        "\n"
        "head     c\n"
        "flips  333\n");
  CHECK(wrapped_table(header, rows, 1) ==  // a column at the least
        "head   a\n"
        "flips  1\n"
        "\n"
        "head    b\n"
        "flips  22\n"
        "\n"
        "head     c\n"
        "flips  333\n");
}
