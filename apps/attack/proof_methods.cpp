#include <voronet/apps/attack/methods.h>
#include <voronet/attacks/proof/certify.h>

#include <memory>

namespace voronet {
namespace {

MethodTable::Make maker(const MethodTable& table, Domain domain) {
  return [&shared = table.shared(), domain](const AttackedNetwork& network) {
    const Certify method{std::make_shared<const ProvableNetwork>(network.classifier), shared.tau, domain};
    return chosen(method, network.model, {{"tau", method.tau}});
  };
}

}  // namespace

void add_proof_methods(MethodTable& table) {
  table.add("certify", "proves what every byte of every pixel does", maker(table, Domain::bytes));
  table.add("line", "proves what every real value of every pixel of a gray image does",
            maker(table, Domain::reals));
}

}  // namespace voronet
