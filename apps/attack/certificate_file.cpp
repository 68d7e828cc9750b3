#include <voronet/apps/attack/certificate_file.h>
#include <voronet/apps/text/json.h>
#include <voronet/core/file.h>
#include <voronet/core/text.h>
#include <voronet/data/md5.h>

#include <iomanip>

namespace voronet {
namespace {

// Bytes are whole numbers.
Json value_json(double value, Domain domain) {
  return domain == Domain::bytes ? Json(static_cast<int>(value)) : Json(value);
}

}  // namespace

void write_certificate(const std::filesystem::path& folder, const Certificate& certificate,
                       const CertifiedNetwork& network, const data::Images& image, Index index) {
  const Domain domain = certificate.domain;
  const std::string pixels(image.pixels.begin(), image.pixels.end());
  const char* name = domain == Domain::bytes ? "bytes" : "reals";
  Json json = {{"format", "voronet certificate 1"},
               {"network", {{"md5", network.md5}, {"settings", network.settings}}},
               {"image", {{"index", index}, {"md5", data::md5(pixels)}, {"label", certificate.label}}},
               {"domain", name}};
  if (certificate.flip) {
    const auto& [row, column, value, rival] = *certificate.flip;
    json["flip"] = {row, column, value_json(value, domain), rival.label, rival.margin};
  } else {
    Json& all = json["pixels"] = Json::array();
    for (const std::vector<CertifiedRange>& ranges : certificate.pixels) {
      Json& of_pixel = all.emplace_back(Json::array());
      for (const auto& [from, to, rival] : ranges)
        of_pixel.push_back({value_json(from, domain), value_json(to, domain), rival.label, rival.margin});
    }
  }
  write_file(folder / text(std::setfill('0'), std::setw(5), index, '-', name, ".json"),
             json_text(json) + '\n');
}

}  // namespace voronet
