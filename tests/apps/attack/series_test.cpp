#include <voronet/apps/attack/series.h>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

AttackRecord record(const Json& settings, bool flips) {
  AttackRow row;
  row.confidences_before = {0.9, 0.1};
  row.first_flip = row.first_confident_flip = flips;
  return {"softmax", "", settings, 0.1, {"a", "b"}, {{row}, 1, 1, {0, 4}}};
}

AttackRecord proof(bool certified) {
  AttackRecord proven = record(Json::object(), false);
  proven.run.rows[0].proof = Proof{.certified = certified, .certified_confident = certified};
  return proven;
}

}  // namespace

TEST_CASE(
    "sandwiches are made of each network's one-pixel searches, the exact one and proofs, and nothing else") {
  const AttackSeries series = {
      {"one", "one-pixel", "", record({{"pixels", 1}}, true)},
      {"one", "corners", "", record({{"pixels", 2}}, true)},                      // more pixels
      {"one", "sparse-rs", "", record({{"pixels", 1}, {"goal", "flip"}}, true)},  // another success
      {"one", "fgsm", "", record({{"epsilon", 0.1}}, true)},                      // another domain
      {"one", "certify", "", proof(false)},
      {"two", "exhaustive", "", record({{"census", true}}, false)},
      {"two", "line", "", proof(true)},
      {"three", "one-pixel", "", record({{"pixels", 1}}, true)},  // nothing proven
      {"four", "certify", "", proof(true)},                       // nothing beside it
  };
  const auto all = sandwiches_of(series);
  REQUIRE(all.size() == 2);
  CHECK(all[0].network == "one");
  CHECK(all[0].layers.found->methods == "one-pixel");
  CHECK_FALSE(all[0].layers.exact.has_value());
  CHECK_FALSE(all[1].layers.found.has_value());
  CHECK(all[1].layers.exact->methods == "exhaustive");
  const std::string table = sandwich_table(all);
  CHECK(table.starts_with("one\nbound "));
  CHECK(table.find("\nfound: one-pixel        1 (2.5-100.0 %)  1 (2.5-100.0 %)       0.0 % of 4\n") !=
        std::string::npos);
  CHECK(table.find("\ntwo\nbound ") != std::string::npos);
  const Json json = all;
  CHECK(json[0]["found"]["flips"]["count"] == 1);
  CHECK(json[1]["not_certified"][0]["methods"] == "line");
  CHECK(json[1]["range_size"] == 4);
  CHECK(table.find("\nnot certified: line  0 (0.0-97.5 %)   0 (0.0-97.5 %)      25.0 % of 4\n") !=
        std::string::npos);
  CHECK(sandwich_table({}).empty());
  CHECK(sandwich_html({}).empty());
}

TEST_CASE("an exact answer that decides all images is both what is exact and a proof") {
  AttackRecord exact = proof(true);
  const auto sandwich = [&] {
    return sandwiches_of(
        {{"one", "one-pixel", "", record({{"pixels", 1}}, false)}, {"one", "exact", "", exact}});
  };
  for (AttackRow& row : exact.run.rows) row.proof->search = BoxCount{};
  CHECK(sandwich().at(0).layers.exact->methods == "exact");
  CHECK(sandwich().at(0).layers.open.at(0).methods == "exact");
  exact.run.rows.front().proof->search->undecided = 1;
  CHECK_FALSE(sandwich().at(0).layers.exact.has_value());
}

TEST_CASE("a sandwich whose attack flips what a proof certifies is an error") {
  const AttackSeries series = {{"one", "one-pixel", "", record({{"pixels", 1}}, true)},
                               {"one", "certify", "", proof(true)}};
  CHECK_THROWS_AS(sandwiches_of(series), const Error&);
}
