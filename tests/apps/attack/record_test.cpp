#include <voronet/apps/attack/record.h>
#include <voronet/core/csv.h>
#include <voronet/core/error.h>
#include <voronet/core/file.h>

#include "apps/attack/attack_rows.h"
#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a row is read back from JSON as it was, to the last bit") {
  for (const AttackRow& row : {flipped_row(), withstanding_row(), proven_row()})
    CHECK(Json::parse(Json(row).dump()).get<AttackRow>() == row);
}

TEST_CASE("a record says what the design promises, and is read back") {
  const TemporaryFolder folder;
  const Json json = small_record();
  CHECK(json["attacked"] == 2);
  CHECK(json["flips"] == 1);
  CHECK(json["confident_flips"] == 1);
  CHECK(json["queries"] == 50);
  CHECK(json["seconds"] == 2.5);
  CHECK(json["images"][0]["index"] == 7);
  CHECK(json["images"][0]["flip"] == true);
  CHECK(json["images"][0]["pixels"][0]["after"] == Json::array({255}));
  CHECK(json["images"][1]["pixels"] == Json::array());
  CHECK(json["images"][0]["adversarial"] == 201);
  CHECK(json["images"][0]["adversarial_confident"] == 100);
  CHECK_FALSE(json["images"][1].contains("adversarial"));
  CHECK(json["flip_rate"]["interval"][0] > 0.09);

  write_file(folder / "attack.json", json.dump());
  const AttackRecord back = read_attack_record(folder / "attack.json");
  CHECK(back.run.rows == small_record().run.rows);
  CHECK(back.class_names == small_record().class_names);
  CHECK(Json(back) == json);
}

TEST_CASE("a record's range is read back, and known of version 0.1, which attacked the first right images") {
  const TemporaryFolder folder;
  const auto read_back = [&](const Json& json) {
    write_file(folder / "attack.json", json.dump());
    return read_attack_record(folder / "attack.json").run.range;
  };
  AttackRecord record = small_record();
  record.settings["start"] = 5;
  record.run.range = {5, 12};
  const Json json = record;
  CHECK(json["robust_accuracy"]["count"] == 1);  // images 7, flipped, and 8
  CHECK(json["robust_accuracy"]["of"] == 7);
  CHECK(read_back(json) == data::ImageRange{5, 12});
  Json old = json;
  old.erase("range");
  CHECK(read_back(old) == data::ImageRange{5, 9});
  CHECK_FALSE(Json(small_record()).contains("robust_accuracy"));
}

TEST_CASE("a record of proofs says how many images are certified, a table of them what by") {
  AttackRecord record = small_record();
  CHECK_FALSE(Json(record).contains("certified_rate"));
  AttackRow certified = proven_row();
  certified.proof = Proof{.certified = true, .certified_confident = true, .pruned = 12};
  record.run.rows = {proven_row(), certified};
  const Json json = record;
  CHECK(json["certified_rate"]["count"] == 1);
  CHECK(json["certified_rate"]["of"] == 2);
  CHECK(json["certified_confident_rate"]["count"] == 2);
  CHECK(json["images"][0]["proof"]["pruned"] == 10);
  const Csv table = parse_csv(to_csv(record.run));
  CHECK(table.numbers("certified") == std::vector<double>{0, 1});
  CHECK(table.numbers("pruned") == std::vector<double>{10, 12});
  CHECK(table.rows[0].at(table.rows[0].size() - 6).starts_with("0:3:0.333"));
}

TEST_CASE("a file that is no record is refused with its name") {
  const TemporaryFolder folder;
  for (const char* bytes : {"", "{", "[]", "{\"head\": 1}", "{\"images\": [{}]}"}) {
    write_file(folder / "attack.json", bytes);
    CHECK_THROWS_WITH_AS(read_attack_record(folder / "attack.json"),
                         doctest::Contains("attack.json: not the record of an attack"), Error);
  }
  CHECK_THROWS_AS(read_attack_record(folder / "absent.json"), Error);
}

TEST_CASE("the table for spreadsheets has a line a row") {
  const Csv table = parse_csv(to_csv(small_record().run));
  CHECK(table.rows.size() == 2);
  CHECK(table.numbers("queries") == std::vector<double>{20, 30});
  CHECK(table.rows[0].back() == "1:2:255");
  CHECK(table.numbers("adversarial")[0] == 201);
  CHECK(table.numbers("adversarial_confident")[0] == 100);
  CHECK(table.rows[1].at(table.rows[1].size() - 2).empty());  // no census
}

TEST_CASE("a perturbation's norms are kept, in JSON and CSV, its image is not") {
  AttackRow row = withstanding_row();
  row.first_flip = 3;
  row.perturbation = Perturbation{{0.5F, 0.25F}, 0.1, 1.5, 2.5, 7};
  const AttackRow back = Json::parse(Json(row).dump()).get<AttackRow>();
  row.perturbation->image.clear();
  CHECK(back == row);
  CHECK(to_csv({{row}, 0, 0}).find(",0.1,1.5,2.5,7,") != std::string::npos);
}

TEST_CASE("an exact answer says what is decided, and how many places and changes flip, as text") {
  AttackRow row = flipped_row();
  row.proof = Proof{.search = BoxCount{.boxes = 12, .seconds = 1.5}};
  row.census = Census{{{1, 2, Index{1} << 40, 5}, {3, 4, 7, 0}}};
  const Json proof = Json(row)["proof"];
  CHECK(proof["decided"] == true);
  CHECK(proof["flippable"] == true);
  CHECK(proof["places"] == 2);
  CHECK(proof["values"] == "1099511627783");
  CHECK(proof["boxes"] == 12);
  CHECK(proof["seconds"] == 1.5);
  CHECK(Json::parse(proof.dump()).get<Proof>().search->seconds == 1.5);
  CHECK(Json::parse(Json(row).dump()).get<AttackRow>() == row);
  row.proof->search->undecided = Index{1} << 50;
  CHECK(Json(row)["proof"]["decided"] == false);
  CHECK(Json(row)["proof"]["undecided"] == "1125899906842624");
  row.proof->search.reset();
  CHECK_FALSE(Json(row)["proof"].contains("decided"));
}

TEST_CASE("a proof is read back from JSON as it was, to the last bit") {
  for (const Proof& proof : {flip_proof(), Proof{}, Proof{.search = BoxCount{3, Index{1} << 62}}})
    CHECK(Json::parse(Json(proof).dump()).get<Proof>() == proof);
}

TEST_CASE("claims are words, and a flip by a real value is there only if there is one") {
  const Json json = flip_proof();
  CHECK(json["ranges"][0]["flip"] == "yes");
  CHECK(json["ranges"][0]["confident"] == "no");
  CHECK(json["ranges"][1]["flip"] == "maybe");
  CHECK(json["real_flip"]["value"] == 1.0 / 3);
  CHECK_FALSE(Json(Proof{}).contains("real_flip"));
  CHECK_THROWS_AS(Json::object().get<Proof>(), nlohmann::json::exception);
}
