#include <voronet/apps/table.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a table's first column is aligned to the left, the others to the right") {
  CHECK(text_table({"head", "flips"}, {{"softmax", "3"}, {"a", "12,345"}}) ==
        "head      flips\n"
        "softmax       3\n"
        "a        12,345\n");
  CHECK(text_table({"a"}, {}) == "a\n");
}
