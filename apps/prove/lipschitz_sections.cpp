#include <voronet/apps/page/html.h>
#include <voronet/apps/page/mathml.h>
#include <voronet/apps/prove/sections.h>
#include <voronet/apps/text/numbers.h>
#include <voronet/attacks/statistics.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

using html::escape;
using mathml::display;
using mathml::formula;

std::string layer_table(const ProvenNetwork& network) {
  std::vector<std::vector<std::string>> rows;
  for (const LipschitzStep& step : network.bounds.apart.steps)
    rows.push_back({step.name.empty() ? step.kind : step.name + ", " + step.kind,
                    significant(step.norm.estimate, 4), significant(step.norm.bound, 4),
                    significant(step.up_to_here.bound, 4)});
  return "<details><summary>Layer by layer: " + escape(network.name) + "</summary>\n" +
         html::table({"layer", "norm by power iteration", "bound", "product up to here"}, rows) +
         "</details>\n";
}

// How many images have this radius, in pixel values between 0 and 1.
std::string certified_at(const ProvenNetwork& network, double radius) {
  const auto count = std::ranges::count_if(network.bounds.radii, [&](double r) { return r >= radius; });
  return text(thousands(count), " of ", thousands(network.first()));
}

Index survive_any_pixel(const ProvenNetwork& network) {
  const double farthest = std::sqrt(static_cast<double>(network.network.config().channels));
  return std::ranges::count_if(network.bounds.one_pixel_radii, [&](double r) { return r > farthest; });
}

bool takes_images(const ProvenNetwork& network) { return network.network.input_shape().rank() == 3; }

// By `voronet attack --method certify`, which knows images and these last layers.
bool can_be_followed(const ProvenNetwork& network) {
  return !network.gaussians_differ && !std::holds_alternative<ClassSpaceForm>(network.form());
}

// Said where the certificates are too small to be of use, which products of norms make them.
std::string honest_remark(const ProvenNetwork& network) {
  const double middle = median(network.bounds.radii);
  const std::string name = escape(network.name);
  if (middle >= 0.5)
    return "<p><b>" + name + ".</b> Half of the images stand any change shorter than " +
           significant(middle, 3) + ".</p>\n";
  return "<p><b>" + name + ".</b> The certificates are sound but all but empty. Half of the " +
         "images have a radius below " + significant(middle, 2) +
         ", while changing a single pixel from black to white has length 1. The product of norms is " +
         significant(network.bounds.fused.total.bound / network.bounds.pair_ratio, 3) +
         " times what any two images showed: proofs that follow the image through the network" +
         (can_be_followed(network) ? ", such as <code>voronet attack --method certify</code>," : "") +
         " say far more.</p>\n";
}

}  // namespace

std::string lipschitz_section(const ProvenNetworks& networks) {
  std::string out = theorem(
      "T5: how far a network moves a point",
      "<p>Let " + formula("norm{φ(x) - φ(x')} ≤ L norm{x - x'}") + " for the feature map " + formula("φ") +
          ". Let " + formula("μ_k") + " be the mean of the features of class " + formula("k") + " and " +
          formula("R_k") + " the diameter of its inputs. Then</p>" + display("norm{φ(x) - μ_k} ≤ L R_k") +
          "<p>for every " + formula("x") + " of the class; the features' scatter within classes is at most " +
          formula("L^2") + " times the inputs'; where " + formula("2 L R_k < min_{l ≠ k} norm{μ_k - μ_l}") +
          " every point of the class is nearest to its own mean; and two inputs whose features are nearest "
          "to " +
          "different centroids " + formula("z_k") + " and " + formula("z_l") + " are apart:</p>" +
          display("norm{x - x'} ≥ frac{norm{φ(x) - z_l} - norm{φ(x) - z_k}}{2 L}"),
      "The distance from a mean is at most the mean of distances. The scatter within a class is the sum of "
      "all squared distances of its pairs, over twice their number, and each shrinks or grows by " +
          formula("L^2") + " at most. On the way from " + formula("x") + " to " + formula("x'") +
          " the difference of the two distances changes sign, and it moves by at most twice what the "
          "features "
          "do.");
  out += "<p>" + formula("L") +
         " itself is bracketed. From below: the largest ratio over pairs of inputs, and the largest singular "
         "value of the Jacobian. From above: the product of the layers' norms, once by power iteration "
         "(which converges from below, so it only estimates) and once by rigorous bounds (for convolutions "
         "from the Fourier transform of their kernels). Such a product is loose: it supposes that every "
         "layer's worst direction meets that of the next.</p>\n";
  out += quantities(
      networks,
      {{"largest pair ratio", [](const ProvenNetwork& n) { return significant(n.bounds.pair_ratio, 4); }},
       {"largest Jacobian norm",
        [](const ProvenNetwork& n) { return significant(n.bounds.largest_jacobian(), 4); }},
       {"layers apart, by power iteration",
        [](const ProvenNetwork& n) { return significant(n.bounds.apart.total.estimate, 4); }},
       {"layers apart, proven",
        [](const ProvenNetwork& n) { return significant(n.bounds.apart.total.bound, 4); }},
       {"layers fused, by power iteration",
        [](const ProvenNetwork& n) { return significant(n.bounds.fused.total.estimate, 4); }},
       {"layers fused, proven",
        [](const ProvenNetwork& n) { return significant(n.bounds.fused.total.bound, 4); }},
       {"the same for changes of one pixel",
        [](const ProvenNetwork& n) { return significant(n.bounds.fused.total.one_pixel, 4); }},
       {"within / total scatter of the inputs",
        [](const ProvenNetwork& n) { return significant(n.bounds.inputs.ratio(), 3); }},
       {"within / total scatter of the features",
        [](const ProvenNetwork& n) { return significant(n.bounds.features.ratio(), 3); }}});
  for (const ProvenNetwork& network : networks) out += layer_table(network);
  return out;
}

std::string confidence_section(ProvenNetworks& networks) {
  return theorem(
             "T6: what confidence says about distance",
             "<p>A Gaussian confidence " + formula("κ = exp(-γ r^2)") + " at distance " + formula("r") +
                 " from its centroid has the slope</p>" +
                 display("abs{frac{d κ}{d r}} = 2 γ r exp(-γ r^2) ≤ sqrt{frac{2 γ}{e}},") + "<p>and where " +
                 formula("κ ≥ e^{-1/2}") + " a smaller slope means a nearer centroid. On any ray " +
                 formula("s x") + ", " + formula("s → ∞") +
                 ", it falls to 0. Softmax does the reverse: its confidence depends on "
                 "differences of distances alone, which grow, so it rises to 1 far from all data. A DUQ "
                 "confidence is Gaussian in its class's own space: its slope in the features is at most " +
                 formula("norm{W_k}") + " times that, and it falls to 0 unless " + formula("W_k x = 0") +
                 ".</p>",
             "The derivative " + formula("2 γ (1 - 2 γ r^2) exp(-γ r^2)") + " of the slope is 0 at " +
                 formula("r = 1 / sqrt{2 γ}") + ", where " + formula("κ = e^{-1/2}") +
                 "; nearer than that the slope rises with " + formula("r") + ".") +
         ray_figure(networks);
}

std::string certificate_section(const ProvenNetworks& networks) {
  std::string out = theorem(
      "T7: certificates",
      "<p>A Gauss network's prediction " + formula("k") + " cannot change for any " + formula("norm{δ} < r") +
          ", with</p>" +
          display("r = min_{l ≠ k} frac{sqrt{-ln(κ_l)} - sqrt{-ln(κ_k)}}{L (sqrt{γ_l} + sqrt{γ_k})},") +
          "<p>and a softmax network's for</p>" +
          display("r = min_{l ≠ k} frac{logit_k - logit_l}{L norm{w_k - w_l}}.") +
          "<p>For a DUQ network put " + formula("norm{W_k} sqrt{γ / n}") + " in place of " +
          formula("sqrt{γ_k}") + " below the line, " + formula("n") +
          " the numbers in a centroid. Islands of a Gauss network: with " +
          formula("r_k = sqrt{ln(1/τ) / γ_k}") + ", inputs with " + formula("κ_k > τ") + " and inputs with " +
          formula("κ_l > τ") + " are at least " + formula("(norm{z_k - z_l} - r_k - r_l) / L") +
          " apart.</p>",
      "Write " + formula("sqrt{-ln(κ_k)} = sqrt{γ_k} norm{φ(x) - z_k}") +
          ": the class is the one where this is smallest. When " + formula("x") + " moves by less than " +
          formula("r") + ", no distance changes by " + formula("L r") +
          " or more, so no other class gets below. A difference of logits is linear in the features, with "
          "slope " +
          formula("norm{w_k - w_l}") + ". For the islands use the triangle inequality.");
  std::vector<Quantity> rows{
      {"median radius", [](const ProvenNetwork& n) { return significant(median(n.bounds.radii), 3); }},
      {"largest radius",
       [](const ProvenNetwork& n) { return significant(std::ranges::max(n.bounds.radii), 3); }}};
  for (const double radius : {0.001, 0.01, 0.1, 1.})
    rows.push_back({text("radius of ", radius, " or more"),
                    [=](const ProvenNetwork& n) { return certified_at(n, radius); }});
  rows.push_back({"class stands whatever one pixel becomes",
                  [](const ProvenNetwork& n) { return thousands(survive_any_pixel(n)); }});
  out += quantities(networks, rows);
  for (const ProvenNetwork& network : networks) out += honest_remark(network);
  return out;
}

}  // namespace voronet
