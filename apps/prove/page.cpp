#include <voronet/apps/page/html.h>
#include <voronet/apps/prove/page.h>
#include <voronet/apps/text/embedded.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/attacks/statistics.h>
#include <voronet/core/version.h>
#include <voronet/data/content_md5.h>

#include <algorithm>

namespace voronet {
namespace {

using html::escape;
using Network = const ProvenNetwork&;

std::string summary(const CheckGroups& groups) {
  const Index bad = failed(groups);
  const std::string count = thousands(passed(groups) + bad);
  return bad == 0 ? "<p>All " + count + " checks passed.</p>\n"
                  : "<p class=\"failed\">" + thousands(bad) + " of " + count + " checks failed.</p>\n";
}

// A paragraph of each network, which begins with its name.
std::string of_each(const ProvenNetworks& networks, std::string (*words)(Network)) {
  std::string out;
  for (Network network : networks)
    out += "<p><b>" + escape(network.name) + ".</b> " + words(network) + "</p>\n";
  return out;
}

// Where the network's centroids come from.
std::string centroid_words(Network network) {
  if (!network.centroids.softmax) return filled("prove/" + network.last_layer + "_centroids.html");
  return (network.last_layer == "ddu" ? "The softmax layer with which this DDU network was trained. " : "") +
         escape(network.centroids.softmax->centroids.explanation);
}

// Also where the certificates are too small to be of use, and which products of norms make them so.
std::string certificate_words(Network network) {
  const double middle = median(network.bounds.radii);
  if (middle >= 0.5)
    return "Half of the inputs stand any change shorter than " + significant(middle, 3) + ".";
  // Which knows images and these last layers.
  const bool followed = network.takes_images() && !network.gaussians_differ &&
                        !std::holds_alternative<ClassSpaceForm>(network.form());
  return filled(
      "prove/loose_certificates.html",
      {{"median", significant(middle, 2)},
       {"one_pixel",
        network.takes_images() ? ", while changing a single pixel from black to white has length 1" : ""},
       {"looseness", significant(network.bounds.fused.total.bound / network.bounds.pair_ratio, 3)},
       {"such_as", followed ? ", such as <code>voronet attack --method certify</code>," : ""}});
}

// What the figures show, and what in them is exact.
std::string figure_notes(const ProvenNetworks& networks) {
  std::string out =
      "Colours are the classes that the network gives to each point of the plane, the stronger the more "
      "confident; rings are centroids, dots the first inputs' features. ";
  if (networks.front().plane_points.defined())
    out +=
        "In input space dots are the points themselves, and a cell is what has its features in the class's "
        "cell of feature space. ";
  if (std::ranges::any_of(networks, [](Network n) { return n.dimension() > 2; }))
    out +=
        "A plane through three centroids cuts feature space: its cells are exact, while dots, here only of "
        "the three classes, lie off the plane and are projected onto it. So it is with the plane of the two "
        "principal components, where centroids are projected too. ";
  for (Network network : networks)
    if (network.centroids.softmax)
      out +=
          network.name + ": centroids for α = " + significant(network.centroids.softmax->shown_alpha, 3) +
          ", which spread like the features, and distances from these; the cells are the same for every α. ";
  if (std::ranges::any_of(networks, [](Network n) { return n.dimension() == 2 && n.centroids.cones_apex(); }))
    out += "A cross marks where a softmax network's cells, all of them cones, meet.";
  return html::quiet(out);
}

std::string absent(const ProvenNetworks& networks) {
  std::string out;
  for (Network network : networks) {
    out += "<h3>" + escape(network.name) + "</h3>\n<ul>\n";
    for (const auto& [what, why] : absent_checks(network))
      out += "<li>" + escape(what + ": " + why) + ".</li>\n";
    out += "</ul>\n";
  }
  return out;
}

Json network_json(const ProvenNetwork& network) {
  Json absent = Json::array();
  for (const auto& [what, why] : absent_checks(network)) absent.push_back({{"what", what}, {"why", why}});
  const ProvenBounds& bounds = network.bounds;
  Json json;
  put(json, "name", network.name, "last_layer", network.last_layer, "correct", network.images.correct,
      "total", network.size(), "class_mean_accuracy", network.centroids.class_mean_accuracy,
      "not_nearest_centroid", network.centroids.not_nearest, "pair_ratio", bounds.pair_ratio, "jacobian_norm",
      bounds.largest_jacobian(), "lipschitz_estimate", bounds.apart.total.estimate, "lipschitz_bound",
      bounds.apart.total.bound, "scatter_ratio", bounds.features.ratio(), "absent", absent);
  return json;
}

}  // namespace

std::string prove_page(ProvenNetworks& networks, const CheckGroups& groups, const data::Dataset& data) {
  return html::page(
      "The proof, on these networks",
      filled("prove/page.html",
             {{"summary", summary(groups)},
              {"count", thousands(data.size())},
              {"inputs", data.unit()},
              {"data", escape(text(data.name, " (md5 of its content ", data::content_md5(data), ")"))},
              {"first", thousands(networks.front().first())},
              {"headline", quantities(networks, headline_quantities())},
              {"centroids", centroid_table(networks) + of_each(networks, centroid_words)},
              {"planes", plane_figures(networks, data.class_names) + figure_notes(networks)},
              {"distances", distance_figures(networks)},
              {"k_means", k_means_table(networks)},
              {"cross_entropy", cross_entropy_table(networks)},
              {"lipschitz", lipschitz_tables(networks)},
              {"rays", ray_figure(networks)},
              {"certificates", certificate_table(networks) + of_each(networks, certificate_words)},
              {"checks", check_html(groups)},
              {"absent", absent(networks)}}));
}

Json prove_json(const CheckGroups& groups, const ProvenNetworks& networks, const data::Dataset& data) {
  Json json = {{"program", program()}, {"data_md5", data::content_md5(data)}};
  json.update(check_json(groups));
  for (const ProvenNetwork& network : networks) json["networks"].push_back(network_json(network));
  return json;
}

}  // namespace voronet
