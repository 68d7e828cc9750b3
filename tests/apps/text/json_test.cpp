#include <voronet/apps/text/json.h>

#include <cmath>
#include <string>

#include <doctest/doctest.h>

namespace voronet {
namespace {

struct Point {
  int y = 0, x = 0;
};
VORONET_JSON(Point, y, x)

struct Row {
  std::string name;
  std::optional<Point> place;
};

}  // namespace
}  // namespace voronet

using namespace voronet;

TEST_CASE("members are written by their names, in the order that they are named in, and read back") {
  CHECK(Json(Point{1, 2}).dump() == "{\"y\":1,\"x\":2}");
  const auto point = Json::parse("{\"x\": 4, \"y\": 3}").get<Point>();
  CHECK(point.y == 3);
  CHECK(point.x == 4);
  CHECK_THROWS_AS(Json::parse("{\"x\": 4}").get<Point>(), nlohmann::json::exception);
}

TEST_CASE("numbers that are NaN are written as null and read as NaN, also in lists and what is optional") {
  Json json;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  json["one"] = nan;
  json["list"] = std::vector<double>{1.5, nan};
  json = Json::parse(json.dump());
  double one = 0;
  std::vector<double> list = {7, 7, 7};
  std::optional<double> same;
  read(json, "one", one, "list", list, "one", same);
  CHECK(std::isnan(one));
  REQUIRE(list.size() == 2);
  CHECK(list[0] == 1.5);
  CHECK(std::isnan(list[1]));
  CHECK((same && std::isnan(*same)));
  int whole = 0;
  CHECK_THROWS_AS(read(json, "one", whole), nlohmann::json::exception);
  CHECK_THROWS_AS(read(json, "one", list), nlohmann::json::exception);
}

TEST_CASE("a whole number that is not one, or too large, does not become another one, also in lists") {
  const Json json = Json::parse(
      R"({"half": 2.5, "huge": 1e92, "negative": -1, "most": 18446744073709551615, "bytes": [0, 255, 256]})");
  std::int64_t whole = 0;
  std::uint64_t most = 0;
  std::vector<std::uint8_t> bytes;
  std::vector<std::int64_t> list;
  for (const char* key : {"half", "huge", "most"})
    CHECK_THROWS_AS(read(json, key, whole), nlohmann::json::exception);
  CHECK_THROWS_AS(read(json, "negative", most), nlohmann::json::exception);
  std::array<std::uint8_t, 3> three{};
  CHECK_THROWS_AS(read(json, "bytes", bytes), nlohmann::json::exception);
  CHECK_THROWS_AS(read(json, "bytes", three), nlohmann::json::exception);
  read(json, "negative", whole, "most", most, "bytes", list);
  CHECK(whole == -1);
  CHECK(most == std::numeric_limits<std::uint64_t>::max());
  CHECK(list == std::vector<std::int64_t>{0, 255, 256});
}

TEST_CASE("what is optional may be absent, all else may not") {
  Row row;
  read(Json::parse("{\"name\": \"a\"}"), "name", row.name, "place", row.place);
  CHECK(row.name == "a");
  CHECK_FALSE(row.place.has_value());
  Json json = {{"name", "b"}};
  put(json, "place", row.place);
  CHECK_FALSE(json.contains("place"));
  put(json, "place", std::optional(Point{5, 6}));
  read(json, "name", row.name, "place", row.place);
  CHECK(row.place->x == 6);
  CHECK_THROWS_AS(read(json, "names", row.name), nlohmann::json::exception);
}

TEST_CASE("text that is not UTF-8 is written with replacement characters") {
  CHECK(json_text({{"caf\xe9", "\xff|\xc3\xa9"}}) == "{\"caf\xef\xbf\xbd\":\"\xef\xbf\xbd|\xc3\xa9\"}");
  CHECK(json_text({{"a", 1}}, 2) == "{\n  \"a\": 1\n}");
  CHECK(valid_utf8("caf\xe9 \"\n") == "caf\xef\xbf\xbd \"\n");
  CHECK(valid_utf8("caf\xc3\xa9") == "caf\xc3\xa9");
}
