#include <voronet/apps/prove/page.h>

#include <algorithm>

namespace voronet {
namespace {

const AbsentCheck of_softmax_alone{
    "T1 to T4 (softmax-is-nearest-centroid to cones)",
    "they find the centroids of a softmax layer; this layer is made of centroids, and has checks of its own"};

const AbsentCheck of_fading_alone{
    "T6, the islands and the radii from the own confidence (confidence-slope, islands, own-confidence)",
    "they are about confidences that fade with the distance from a centroid, as those of softmax do not"};

const AbsentCheck of_shared_space_alone{
    "The islands and the radii from the own confidence (islands, own-confidence)",
    "they need the distance between two centroids, but DUQ's lie in a space each"};

const AbsentCheck plane_of_centroids{
    "Figures of the plane through three centroids, and centroids as rings",
    "there is no plane that holds two of them. The principal plane of the features is there, its classes and "
    "confidences as they are; and so are the distances from the centroids, each in its class's space"};

const AbsentCheck without_bias_alone{
    "Cones, and centroids on a sphere around the origin (cones, equidistant-from-origin)",
    "they are about softmax layers without bias, and this one has a bias"};

bool was_made(const ProvenNetwork& network, const std::string& name) {
  return std::ranges::any_of(network.checks.all(), [&](const Check& check) { return check.name == name; });
}

AbsentCheck gaussians(const ProvenNetwork& network) {
  return {"The class Gaussians and their density",
          text("proven is the softmax layer that the network was trained with. The Gaussians, fitted after "
               "training, have a covariance each, so their cells are not those of centroids; they also say "
               "which images are unlike all training images, about which there is no theorem here. They "
               "predict another class than softmax for ",
               *network.gaussians_differ, " of ", network.size(), " images")};
}

}  // namespace

std::vector<AbsentCheck> absent_checks(const ProvenNetwork& network) {
  const HeadForm form = network.form();
  if (std::holds_alternative<CentroidForm>(form)) return {of_softmax_alone};
  if (std::holds_alternative<ClassSpaceForm>(form))
    return {of_softmax_alone, of_shared_space_alone, plane_of_centroids};
  std::vector<AbsentCheck> absent{of_fading_alone};
  if (!was_made(network, "cones")) absent.push_back(without_bias_alone);
  if (network.gaussians_differ) absent.push_back(gaussians(network));
  return absent;
}

}  // namespace voronet
