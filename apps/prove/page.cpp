#include <voronet/apps/page/html.h>
#include <voronet/apps/prove/absent_checks.h>
#include <voronet/apps/prove/page.h>
#include <voronet/apps/prove/sections.h>
#include <voronet/apps/text/numbers.h>

namespace voronet {
namespace {

std::string summary(const CheckGroups& groups) {
  const Index bad = failed(groups);
  const std::string count = thousands(passed(groups) + bad);
  return bad == 0 ? "<p>All " + count + " checks passed.</p>\n"
                  : "<p class=\"failed\">" + thousands(bad) + " of " + count + " checks failed.</p>\n";
}

std::string all_checks(const ProvenNetworks& networks, const CheckGroups& groups) {
  std::string out = "<h2>All checks</h2>\n<p>The worst of all trials of each, in double precision.</p>\n" +
                    check_html(groups) + "<h2>What is not checked, and why</h2>\n";
  for (const ProvenNetwork& network : networks) {
    out += "<h3>" + html::escape(network.name) + "</h3>\n<ul>\n";
    for (const auto& [what, why] : absent_checks(network))
      out += "<li>" + html::escape(what) + ": " + html::escape(why) + ".</li>\n";
    out += "</ul>\n";
  }
  return out;
}

std::string introduction(const ProvenNetworks& networks, const data::Dataset& data) {
  const auto all = thousands(data.size()) + ' ' + data.unit(), first = thousands(networks.front().first());
  return "<p>What the theory behind softmax and Gauss networks (Hess, Duivesteijn, Mocanu, arXiv 2001.01987) "
         "says, and what it says about these networks: each theorem with its proof in short, and the numbers "
         "that came out in double precision on the " +
         all + " of " + html::escape(data.name) + ". What compares " + data.unit() +
         " with one another, or differentiates, uses the first " + first + ".</p>\n" +
         quantities(networks, headline_quantities());
}

}  // namespace

std::string theorem(const std::string& heading, const std::string& statement, const std::string& proof) {
  return "<h2>" + html::escape(heading) + "</h2>\n<div class=\"theorem\">" + statement +
         "</div>\n<div class=\"proof\"><b>Proof.</b> " + proof + "</div>\n";
}

std::pair<Cells, std::vector<Cells>> quantity_cells(const std::string& name, const ProvenNetworks& networks,
                                                    const std::vector<Quantity>& rows) {
  Cells header{name};
  for (const ProvenNetwork& network : networks) header.push_back(network.name);
  std::vector<Cells> cells;
  for (const Quantity& quantity : rows) {
    cells.push_back({quantity.name});
    for (const ProvenNetwork& network : networks) cells.back().push_back(quantity.value(network));
  }
  return {header, cells};
}

std::string quantities(const ProvenNetworks& networks, const std::vector<Quantity>& rows) {
  const auto [header, cells] = quantity_cells("", networks, rows);
  return "<div class=\"wrap\">" + html::table(header, cells) + "</div>\n";
}

std::vector<Quantity> headline_quantities() {
  using Network = const ProvenNetwork&;
  const auto share = [](double part) { return fixed(100 * part, 2) + " %"; };
  return {{"last layer", [](Network n) { return n.last_layer; }},
          {"features d", [](Network n) { return text(n.dimension()); }},
          {"classified correctly",
           [=](Network n) {
             return share(static_cast<double>(n.images.correct) / static_cast<double>(n.size()));
           }},
          {"by the nearest class mean of the features",
           [=](Network n) { return share(n.centroids.class_mean_accuracy); }},
          {"nearest centroid is not the prediction",
           [](Network n) { return thousands(n.centroids.not_nearest) + " of " + thousands(n.size()); }},
          {"largest pair ratio", [](Network n) { return significant(n.bounds.pair_ratio, 3); }},
          {"largest Jacobian norm", [](Network n) { return significant(n.bounds.largest_jacobian(), 3); }},
          {"product of norms, by power iteration",
           [](Network n) { return significant(n.bounds.apart.total.estimate, 3); }},
          {"the same, proven", [](Network n) { return significant(n.bounds.apart.total.bound, 3); }},
          {"within / total scatter of the features",
           [](Network n) { return significant(n.bounds.features.ratio(), 3); }}};
}

std::string prove_page(ProvenNetworks& networks, const CheckGroups& groups, const data::Dataset& data) {
  std::string body = summary(groups) + introduction(networks, data);
  body += nearest_centroid_section(networks, data.class_names);
  body += k_means_section(networks);
  body += cross_entropy_section(networks);
  body += lipschitz_section(networks);
  body += confidence_section(networks);
  body += certificate_section(networks);
  body += all_checks(networks, groups);
  return html::page("The proof, on these networks", body);
}

}  // namespace voronet
