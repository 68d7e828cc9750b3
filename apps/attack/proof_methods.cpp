#include <voronet/apps/attack/methods.h>
#include <voronet/attacks/proof/certify.h>
#include <voronet/attacks/proof/line_search.h>

#include <memory>

namespace voronet {
namespace {

// Both methods have no options but the shared tau.
template <class Proving>
MethodTable::Make maker(const MethodTable& table) {
  return [&shared = table.shared()](const AttackedNetwork& network) {
    const Proving method{std::make_shared<const ProvableNetwork>(network.classifier), shared.tau};
    return chosen(method, network.model, Json::object());
  };
}

}  // namespace

void add_proof_methods(MethodTable& table) {
  table.add("certify", "bounds prove pixels harmless, the values of the others are tried (gray images)",
            maker<Certify>(table));
  table.add("line", "proves what every real value of every pixel of a gray image does",
            maker<LineSearch>(table));
}

}  // namespace voronet
