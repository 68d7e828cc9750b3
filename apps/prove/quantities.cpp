#include <voronet/apps/page/html.h>
#include <voronet/apps/prove/page.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/attacks/statistics.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

using Network = const ProvenNetwork&;

// A number, to so many digits.
Quantity number(const char* name, int digits, double (*value)(Network)) {
  return {name, [=](Network n) { return significant(value(n), digits); }};
}

// A table of quantities of softmax networks, where there are any.
std::string softmax_quantities(const ProvenNetworks& networks, Quantities rows) {
  const auto has_softmax = [](Network n) { return n.centroids.softmax.has_value(); };
  if (std::ranges::none_of(networks, has_softmax))
    return html::quiet("No network here ends in a softmax layer.");
  for (Quantity& row : rows)
    row.value = [value = row.value](Network n) { return n.centroids.softmax ? value(n) : std::string("-"); };
  return quantities(networks, rows);
}

std::string layer_table(Network network) {
  Rows rows;
  for (const LipschitzStep& step : network.bounds.apart.steps)
    rows.push_back({step.name.empty() ? step.kind : step.name + ", " + step.kind,
                    significant(step.norm.estimate, 4), significant(step.norm.bound, 4),
                    significant(step.up_to_here.bound, 4)});
  return "<details><summary>Layer by layer: " + html::escape(network.name) + "</summary>\n" +
         html::table({"layer", "norm by power iteration", "bound", "product up to here"}, rows) +
         "</details>\n";
}

Index survive_any_pixel(Network network) {
  const double farthest = std::sqrt(static_cast<double>(network.network.config().channels));
  return std::ranges::count_if(network.bounds.one_pixel_radii, [&](double r) { return r > farthest; });
}

}  // namespace

std::pair<Cells, Rows> quantity_cells(const std::string& name, const ProvenNetworks& networks,
                                      const Quantities& rows) {
  Cells header{name};
  for (Network network : networks) header.push_back(network.name);
  Rows cells;
  for (const Quantity& quantity : rows) {
    cells.push_back({quantity.name});
    for (Network network : networks) cells.back().push_back(quantity.value(network));
  }
  return {header, cells};
}

std::string quantities(const ProvenNetworks& networks, const Quantities& rows) {
  const auto [header, cells] = quantity_cells("", networks, rows);
  return html::titled_table("", header, cells);
}

Quantities headline_quantities() {
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
          number("largest pair ratio", 3, [](Network n) { return n.bounds.pair_ratio; }),
          number("largest Jacobian norm", 3, [](Network n) { return n.bounds.largest_jacobian(); }),
          number("product of norms, by power iteration", 3,
                 [](Network n) { return n.bounds.apart.total.estimate; }),
          number("the same, proven", 3, [](Network n) { return n.bounds.apart.total.bound; }),
          number("within / total scatter of the features", 3,
                 [](Network n) { return n.bounds.features.ratio(); })};
}

std::string centroid_table(const ProvenNetworks& networks) {
  return softmax_quantities(
      networks, {number("condition of [W | 1]: smallest / largest singular value", 3,
                        [](Network n) { return n.centroids.softmax->centroids.condition; }),
                 {"dimensions of the centroids", [](Network n) {
                    const Index d = n.dimension();
                    return n.centroids.softmax->centroids.lifted ? text(d + 1, " (lifted)") : text(d);
                  }}});
}

std::string k_means_table(const ProvenNetworks& networks) {
  return softmax_quantities(networks, {number("cheapest move of an input to another class", 3,
                                              [](Network n) { return n.centroids.softmax->cheapest_flip; })});
}

std::string cross_entropy_table(const ProvenNetworks& networks) {
  return softmax_quantities(
      networks, {number("mean distance from the own centroid, squared and halved", 4,
                        [](Network n) { return n.centroids.softmax->cross_entropy.own; }),
                 number("from the expected centroid, likewise, negative", 4,
                        [](Network n) { return n.centroids.softmax->cross_entropy.mean; }),
                 number("the centroids' variance, halved, negative", 4,
                        [](Network n) { return n.centroids.softmax->cross_entropy.variance; }),
                 number("entropy", 4, [](Network n) { return n.centroids.softmax->cross_entropy.entropy; }),
                 number("sum: the cross-entropy", 4,
                        [](Network n) { return n.centroids.softmax->cross_entropy.sum(); })});
}

std::string lipschitz_tables(const ProvenNetworks& networks) {
  std::string out = quantities(
      networks,
      {number("largest pair ratio", 4, [](Network n) { return n.bounds.pair_ratio; }),
       number("largest Jacobian norm", 4, [](Network n) { return n.bounds.largest_jacobian(); }),
       number("layers apart, by power iteration", 4, [](Network n) { return n.bounds.apart.total.estimate; }),
       number("layers apart, proven", 4, [](Network n) { return n.bounds.apart.total.bound; }),
       number("layers fused, by power iteration", 4, [](Network n) { return n.bounds.fused.total.estimate; }),
       number("layers fused, proven", 4, [](Network n) { return n.bounds.fused.total.bound; }),
       {"the same for changes of one pixel",
        [](Network n) { return n.takes_images() ? significant(n.bounds.fused.total.one_pixel, 4) : "-"; }},
       number("within / total scatter of the inputs", 3, [](Network n) { return n.bounds.inputs.ratio(); }),
       number("within / total scatter of the features", 3,
              [](Network n) { return n.bounds.features.ratio(); })});
  for (Network network : networks) out += layer_table(network);
  return out;
}

std::string certificate_table(const ProvenNetworks& networks) {
  Quantities rows{number("median radius", 3, [](Network n) { return median(n.bounds.radii); }),
                  number("largest radius", 3, [](Network n) { return std::ranges::max(n.bounds.radii); })};
  for (const double radius : {0.001, 0.01, 0.1, 1.0})  // of images in pixel values between 0 and 1
    rows.push_back({text("radius of ", radius, " or more"), [radius](Network n) {
                      const auto count =
                          std::ranges::count_if(n.bounds.radii, [&](double r) { return r >= radius; });
                      return text(thousands(count), " of ", thousands(n.first()));
                    }});
  rows.push_back({"class stands whatever one pixel becomes",
                  [](Network n) { return n.takes_images() ? thousands(survive_any_pixel(n)) : "-"; }});
  return quantities(networks, rows);
}

}  // namespace voronet
