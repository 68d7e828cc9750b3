#include <voronet/apps/page/html.h>
#include <voronet/apps/page/mathml.h>
#include <voronet/apps/prove/sections.h>
#include <voronet/apps/text/numbers.h>

#include <algorithm>

namespace voronet {
namespace {

using html::escape;
using mathml::display;
using mathml::formula;

constexpr const char* not_softmax = "-";  // in tables, where a theorem is about softmax layers alone

// A table of quantities of softmax networks, where there are any.
std::string softmax_quantities(const ProvenNetworks& networks, const std::vector<Quantity>& rows) {
  if (std::ranges::any_of(networks, [](const ProvenNetwork& n) { return n.centroids.softmax.has_value(); }))
    return quantities(networks, rows);
  return "<p class=\"quiet\">No network here ends in a softmax layer.</p>\n";
}

// A quantity of softmax networks.
Quantity of_softmax(const std::string& name, const std::function<std::string(const ProvenSoftmax&)>& value) {
  return {name, [value](const ProvenNetwork& n) {
            return n.centroids.softmax ? value(*n.centroids.softmax) : not_softmax;
          }};
}

// Where the network's centroids come from, as HTML.
std::string centroid_words(const ProvenNetwork& network) {
  const HeadForm form = network.form();
  if (std::holds_alternative<CentroidForm>(form))
    return "The centroids are the Gauss layer's own. Each has its own " + formula("γ_k") +
           ", and the prediction is the class of the smallest " + formula("γ_k norm{x - z_k}^2") +
           ": the nearest centroid where all " + formula("γ_k") + " are equal.";
  if (std::holds_alternative<ClassSpaceForm>(form))
    return "The centroids " + formula("e_k") +
           " are the DUQ layer's own: averages, moving with training, of " + formula("W_k x") +
           " over the class's points, in a space of the class's own. The prediction is the "
           "class of the smallest " +
           formula("norm{W_k x - e_k}") +
           ". No plane holds the centroids of two classes: the figures show features without them.";
  return (network.gaussians_differ ? "The softmax layer with which this DDU network was trained. " : "") +
         escape(network.centroids.softmax->centroids.explanation);
}

std::string centroid_numbers(const ProvenNetworks& networks) {
  std::string out = softmax_quantities(
      networks, {of_softmax("condition of [W | 1]: smallest / largest singular value",
                            [](const ProvenSoftmax& s) { return significant(s.centroids.condition, 3); }),
                 of_softmax("dimensions of the centroids", [](const ProvenSoftmax& s) {
                   return text(s.centroids.centroids.dim(1), s.centroids.lifted ? " (lifted)" : "");
                 })});
  for (const ProvenNetwork& network : networks)
    out += "<p><b>" + escape(network.name) + ".</b> " + centroid_words(network) + "</p>\n";
  return out;
}

std::string k_means_numbers(const ProvenNetworks& networks) {
  return softmax_quantities(
      networks, {of_softmax("cheapest move of an image to another class",
                            [](const ProvenSoftmax& s) { return significant(s.cheapest_flip, 3); })});
}

std::string cross_entropy_numbers(const ProvenNetworks& networks) {
  const auto mean_of = [](double CrossEntropyMeans::*part) {
    return [part](const ProvenSoftmax& s) { return significant(s.cross_entropy.*part, 4); };
  };
  return softmax_quantities(
      networks,
      {of_softmax("mean distance from the own centroid, squared and halved",
                  mean_of(&CrossEntropyMeans::own)),
       of_softmax("from the expected centroid, likewise, negative", mean_of(&CrossEntropyMeans::mean)),
       of_softmax("the centroids' variance, halved, negative", mean_of(&CrossEntropyMeans::variance)),
       of_softmax("entropy", mean_of(&CrossEntropyMeans::entropy)),
       of_softmax("sum: the cross-entropy",
                  [](const ProvenSoftmax& s) { return significant(s.cross_entropy.sum(), 4); })});
}

// What the figures show, and what in them is exact.
std::string figure_notes(const ProvenNetworks& networks) {
  std::string out =
      "<p class=\"quiet\">Colours are the classes that the network gives to each point of the plane, the "
      "stronger the more confident; rings are centroids, dots the first images' features. ";
  if (std::ranges::any_of(networks, [](const ProvenNetwork& n) { return n.dimension() > 2; }))
    out +=
        "A plane through three centroids cuts feature space: its cells are exact, while dots, here only of "
        "the three classes, lie off the plane and are projected onto it. So it is with the plane of the two "
        "principal components, where centroids are projected too. ";
  for (const ProvenNetwork& network : networks)
    if (network.centroids.softmax)
      out +=
          escape(network.name) +
          ": centroids for α = " + significant(network.centroids.softmax->shown_alpha, 3) +
          ", which spread like the features, and distances from these; the cells are the same for every α. ";
  if (std::ranges::any_of(
          networks, [](const ProvenNetwork& n) { return n.dimension() == 2 && n.centroids.cones_apex(); }))
    out += "A cross marks where a softmax network's cells, all of them cones, meet.";
  return out + "</p>\n";
}

}  // namespace

std::string nearest_centroid_section(ProvenNetworks& networks, const std::vector<std::string>& class_names) {
  std::string out = theorem(
      "T1: softmax is nearest centroid",
      "<p>Let " + formula("w_k") + " be the rows of a softmax layer " + formula("W x + b") +
          ", centred over the classes, as " + formula("b") +
          " is (that shifts all logits of a point alike and changes no confidence). Fix " + formula("α > 0") +
          " and let " + formula("v") + " and " + formula("t") + " solve</p>" +
          display("w_k · v + t = -b_k - frac{α}{2} norm{w_k}^2 \"for all\" k.") + "<p>Then with " +
          formula("z_k = α w_k + v") + ", for every " + formula("x") + ",</p>" +
          display("softmax(W x + b) = softmax(-frac{norm{x - z_k}^2}{2 α}),") +
          "<p>so the predicted class is that of the nearest centroid. Without bias all " +
          formula("norm{z_k}^2 = norm{v}^2 - 2 α t") + ": they are equally far from the origin.</p>",
      "Expand the square:" +
          display(
              "-frac{norm{x - z_k}^2}{2 α} = w_k · x + frac{x · v}{α} - frac{norm{x}^2 + norm{v}^2}{2 α} - "
              "frac{α}{2} norm{w_k}^2 - w_k · v.") +
          "The last two terms are " + formula("b_k + t") + ", so what is left is " + formula("logit_k + t") +
          " and terms without " + formula("k") + ", which softmax does not see.");
  out += theorem(
      "T2: the same without conditions, the lift",
      "<p>The equations have a solution for every " + formula("b") + " only when " + formula("[W | 1]") +
          " has as many independent rows as there are classes. For any " + formula("v") +
          ", give each centroid a height:</p>" + display("h_k = sqrt{2 α (max_l s_l - s_k)}, \"with\"") +
          display("s_k = b_k + frac{α}{2} norm{w_k}^2 + w_k · v.") + "<p>Then " + formula("x' = (x, 0)") +
          " and " + formula("z'_k = (α w_k + v, h_k)") + " in one dimension more do what " + formula("x") +
          " and " + formula("z_k") + " did.</p>",
      "The square grows by " + formula("h_k^2 = 2 α (max_l s_l - s_k)") + ", which divided by " +
          formula("2 α") + " takes " + formula("s_k") +
          " away up to a constant: just what the equations would have made equal for all classes.");
  out += centroid_numbers(networks);
  out += plane_figures(networks, class_names) + figure_notes(networks) + distance_figures(networks);
  return out;
}

std::string k_means_section(const ProvenNetworks& networks) {
  return theorem("T3: so it is k-means",
                 "<p>For fixed centroids, softmax assigns points to classes so that</p>" +
                     display("∑_i norm{x_i - z_{y_i}}^2") +
                     "<p>is as small as any assignment makes it, and moving one point from its class " +
                     formula("k") + " to another " + formula("l") + " costs</p>" +
                     display("norm{x - z_l}^2 - norm{x - z_k}^2 = 2 α (logit_k - logit_l) ≥ 0.") +
                     "<p>That is the assignment step of k-means. The other step, moving the centroids to the "
                     "means of their points, is not taken: the centroids are in general not the class "
                     "means.</p>",
                 "The sum has a term for each point, each smallest for the nearest centroid; the difference "
                 "of two terms follows from the theorem above.") +
         k_means_numbers(networks);
}

std::string cross_entropy_section(const ProvenNetworks& networks) {
  return theorem(
             "T4: what training does with the centroids",
             "<p>With " + formula("α = 1") + ", confidences " + formula("p") + " and their entropy " +
                 formula("H(p)") + ", the cross-entropy of a point of class " + formula("y") + " is</p>" +
                 display("-ln(p_y) = frac{1}{2} norm{x - z_y}^2 - frac{1}{2} norm{x - ∑_k p_k z_k}^2 - "
                         "frac{1}{4} ∑_{k,l} p_k p_l norm{z_k - z_l}^2 + H(p).") +
                 "<p>It pulls the point to its own centroid and pushes it from the mean of those that it "
                 "could be taken for, which it drives apart.</p>",
             "From the theorem, " + formula("ln(p_k) = -norm{x - z_k}^2 / 2 - C") + ". Average over " +
                 formula("p") + ": " + formula("-H(p) = -∑_k p_k norm{x - z_k}^2 / 2 - C") +
                 ". Subtract, and split the mean of the squared distances into the square of the distance "
                 "from the mean and the variance, which is half the mean of the squared distances of "
                 "pairs.") +
         cross_entropy_numbers(networks);
}

}  // namespace voronet
