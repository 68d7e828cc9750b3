#include <voronet/apps/attack/proof_record.h>

#include "apps/attack/attack_rows.h"
#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a proof is read back from JSON as it was, to the last bit") {
  for (const Proof& proof : {flip_proof(), Proof{}})
    CHECK(proof_from_json(Json::parse(to_json(proof).dump())) == proof);
}

TEST_CASE("claims are words, and a flip by a real value is there only if there is one") {
  const Json json = to_json(flip_proof());
  CHECK(json["ranges"][0]["flip"] == "yes");
  CHECK(json["ranges"][0]["confident"] == "no");
  CHECK(json["ranges"][1]["flip"] == "maybe");
  CHECK(json["real_flip"]["value"] == 1.0 / 3);
  CHECK_FALSE(to_json(Proof{}).contains("real_flip"));
  CHECK_THROWS_AS(proof_from_json(Json::object()), nlohmann::json::exception);
}
