#include <voronet/apps/prove/absent_checks.h>
#include <voronet/apps/prove/json.h>
#include <voronet/core/version.h>
#include <voronet/data/content_md5.h>

namespace voronet {
namespace {

Json network_json(const ProvenNetwork& network) {
  Json absent = Json::array();
  for (const auto& [what, why] : absent_checks(network)) absent.push_back({{"what", what}, {"why", why}});
  return {{"name", network.name},
          {"last_layer", network.last_layer},
          {"correct", network.images.correct},
          {"total", network.size()},
          {"class_mean_accuracy", network.centroids.class_mean_accuracy},
          {"not_nearest_centroid", network.centroids.not_nearest},
          {"pair_ratio", network.bounds.pair_ratio},
          {"jacobian_norm", network.bounds.largest_jacobian()},
          {"lipschitz_estimate", network.bounds.apart.total.estimate},
          {"lipschitz_bound", network.bounds.apart.total.bound},
          {"scatter_ratio", network.bounds.features.ratio()},
          {"absent", absent}};
}

}  // namespace

Json prove_json(const CheckGroups& groups, const ProvenNetworks& networks, const data::Dataset& data) {
  Json json = {{"program", program()}, {"data_md5", data::content_md5(data)}};
  json.update(check_json(groups));
  for (const ProvenNetwork& network : networks) json["networks"].push_back(network_json(network));
  return json;
}

}  // namespace voronet
