#include <voronet/apps/attack/unfinished.h>
#include <voronet/core/file.h>

#include <algorithm>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("what was found of an image that was begun is there again, but for a line that was cut off") {
  const TemporaryFolder folder;
  const BoxSearch found{.boxes = 3,
                        .flips = 1 << 24,
                        .confident_flips = 7,
                        .ties = 2,
                        .sure = {1, 2, 255},
                        .likely = {},
                        .open = {0, 0, 9}};
  {
    UnfinishedImages images(folder / "unfinished");
    CHECK_FALSE(images.kept(5, 17));
    images.keep(5, 17, found);
    images.keep(5, 17, found);
    images.keep(5, 18, {});
  }
  const auto file = folder / "unfinished/00005.jsonl";
  std::string lines = read_file(file);
  CHECK(std::ranges::count(lines, '\n') == 2);
  write_file(file, lines.substr(0, lines.size() - 1));
  UnfinishedImages again(folder / "unfinished");
  const auto kept = again.kept(5, 17);
  REQUIRE(kept.has_value());
  CHECK(kept->boxes == 3);
  CHECK(kept->flips == 1 << 24);
  CHECK(kept->confident_flips == 7);
  CHECK(kept->ties == 2);
  CHECK(kept->undecided == 0);
  CHECK(kept->sure == found.sure);
  CHECK(kept->likely.empty());
  CHECK(kept->open == found.open);
  CHECK_FALSE(again.kept(5, 18));
  CHECK_FALSE(again.kept(6, 17));

  write_file(folder / "unfinished/00006.jsonl", "{\"place\": 1}\n");
  UnfinishedImages damaged(folder / "unfinished");
  CHECK_THROWS_WITH_AS(damaged.kept(6, 1), doctest::Contains("00006.jsonl: damaged: "), Error);
}
