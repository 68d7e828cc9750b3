#include <voronet/apps/attack/certificate_file.h>
#include <voronet/apps/attack/methods.h>
#include <voronet/attacks/proof/certify.h>
#include <voronet/core/file.h>

#include <memory>

namespace voronet {
namespace {

MethodTable::Make maker(const MethodTable& table, Domain domain,
                        const std::shared_ptr<const std::string>& folder) {
  return [&shared = table.shared(), domain, folder](const AttackedNetwork& network) {
    Certify method{std::make_shared<const ProvableNetwork>(network.itself()), shared.tau, domain};
    if (!folder->empty()) {
      const CertifiedNetwork of{network.md5, to_settings(network.itself().config())};
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
