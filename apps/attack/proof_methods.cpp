#include <voronet/apps/attack/methods.h>
#include <voronet/attacks/proof/certify.h>
#include <voronet/core/file.h>
#include <voronet/data/md5.h>

#include <filesystem>
#include <iomanip>
#include <memory>

namespace voronet {
namespace {

// Bytes are whole numbers.
Json value_json(double value, Domain domain) {
  return domain == Domain::bytes ? Json(static_cast<int>(value)) : Json(value);
}

// FOLDER/NUMBER-DOMAIN.json, of which theory/README.md has the format. `network`: the md5 of its file, and
// how that is to be read; `index`: the image's number in its data set.
void write_certificate(const std::filesystem::path& folder, const Certificate& certificate,
                       const Json& network, const data::Images& image, Index index) {
  const Domain domain = certificate.domain;
  const std::string pixels(image.pixels.begin(), image.pixels.end());
  const char* name = domain == Domain::bytes ? "bytes" : "reals";
  Json json = {{"format", "voronet certificate 1"},
               {"network", network},
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

MethodTable::Make maker(const MethodTable& table, Domain domain,
                        const std::shared_ptr<const std::string>& folder) {
  return [&shared = table.shared(), domain, folder](const AttackedNetwork& network) {
    Certify method{std::make_shared<const ProvableNetwork>(network.itself()), shared.tau, domain};
    if (!folder->empty()) {
      const Json of = {{"md5", network.md5}, {"settings", to_settings(network.itself().config())}};
      const auto path = std::filesystem::path(*folder) / network.name;
      method.keep_certificate = [of, path](const Certificate& certificate, const data::Images& image,
                                           Index index) {
        make_folder(path);
        write_certificate(path, certificate, of, image, index);
      };
    }
    return chosen(method, network.model, {{"tau", method.tau}});
  };
}

}  // namespace

void add_proof_methods(MethodTable& table) {
  const auto certificates = std::make_shared<std::string>();
  table.add("certify", "proves what every byte of every pixel does",
            maker(table, Domain::bytes, certificates));
  table.add("line", "proves what every real value of every pixel of a gray image does",
            maker(table, Domain::reals, certificates));
  table
      .option(
          {"certify", "line"}, "--certificates", *certificates,
          "A folder for what was shown of each gray image that is decided: for theory/check_certificate.py")
      ->type_name("FOLDER");
}

}  // namespace voronet
