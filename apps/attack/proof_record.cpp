#include <voronet/apps/attack/proof_record.h>

namespace voronet {

NLOHMANN_JSON_SERIALIZE_ENUM(Claim, {{Claim::maybe, "maybe"}, {Claim::no, "no"}, {Claim::yes, "yes"}})

Json to_json(const Proof& proof) {
  Json json = {{"certified", proof.certified},
               {"certified_confident", proof.certified_confident},
               {"pruned", proof.pruned},
               {"open", Json::array()},
               {"ranges", Json::array()}};
  for (const OpenPixel& pixel : proof.open)
    json["open"].push_back({{"row", pixel.row}, {"column", pixel.column}, {"confident", pixel.confident}});
  for (const FlipRange& range : proof.ranges)
    json["ranges"].push_back({{"row", range.row},
                              {"column", range.column},
                              {"from", range.from},
                              {"to", range.to},
                              {"flip", range.flip},
                              {"confident", range.confident}});
  if (const auto& flip = proof.real_flip)
    json["real_flip"] = {{"row", flip->row},
                         {"column", flip->column},
                         {"value", flip->value},
                         {"predicted", flip->predicted},
                         {"confidence", flip->confidence}};
  return json;
}

Proof proof_from_json(const Json& json) {
  Proof proof{.certified = json.at("certified"),
              .certified_confident = json.at("certified_confident"),
              .pruned = json.at("pruned")};
  for (const Json& pixel : json.at("open"))
    proof.open.push_back({pixel.at("row"), pixel.at("column"), pixel.at("confident")});
  for (const Json& range : json.at("ranges"))
    proof.ranges.push_back({range.at("row"), range.at("column"), range.at("from"), range.at("to"),
                            range.at("flip").get<Claim>(), range.at("confident").get<Claim>()});
  if (json.contains("real_flip")) {
    const Json& flip = json["real_flip"];
    proof.real_flip = {flip.at("row"), flip.at("column"), flip.at("value"), flip.at("predicted"),
                       flip.at("confidence")};
  }
  return proof;
}

}  // namespace voronet
