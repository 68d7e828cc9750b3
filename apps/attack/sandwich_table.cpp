#include <voronet/apps/attack/gallery.h>
#include <voronet/apps/attack/sandwich_table.h>
#include <voronet/apps/page/html.h>
#include <voronet/apps/text/table.h>

#include <map>
#include <optional>

namespace voronet {
namespace {

constexpr const char* how_to_read =
    "Images that one pixel can flip, of the same images: found <= exact <= not certified.\n"
    "Robust accuracy the other way: of all images of the range, those that are classified\n"
    "correctly and not among them.";

struct Methods {
  std::vector<NamedRun> searches, proofs;
  std::optional<NamedRun> exact;
};

void add(const FinishedAttack& attack, Methods& methods) {
  const Json& settings = attack.record.settings;
  const NamedRun named{attack.method, &attack.record.run};
  const auto is = [&](const char* key, const Json& value) { return settings.value(key, Json()) == value; };
  if (is("targeted", true) || is("goal", "flip") || attack.record.run.rows.empty()) return;
  if (attack.record.run.rows.front().proof)
    methods.proofs.push_back(named);
  else if (attack.method == "exhaustive")
    methods.exact = named;
  else if (is("pixels", 1))
    methods.searches.push_back(named);
}

const Cells columns = {"bound", "flips (95 %)", "confident flips", "robust accuracy"};

// What is neither flipped nor, of a proof, left open: of all images of the range.
std::optional<SuccessRate> robust_accuracy(const SuccessRate& flips, Index range) {
  if (range == 0) return {};
  return success_rate(flips.of - flips.count, range);
}

Rows rows_of(const NetworkSandwich& both) {
  const Sandwich& layers = both.layers;
  Rows rows;
  const auto add_row = [&](const std::string& bound, const Sandwich::Layer& layer) {
    rows.push_back({bound + ": " + layer.methods, interval(layer.flips), interval(layer.confident_flips),
                    robust(robust_accuracy(layer.flips, both.images))});
  };
  if (layers.found) add_row("found", *layers.found);
  if (layers.exact) add_row("exact", *layers.exact);
  for (const Sandwich::Layer& layer : layers.open) add_row("not certified", layer);
  return rows;
}

}  // namespace

std::vector<NetworkSandwich> sandwiches_of(const AttackSeries& series) {
  std::map<std::string, Methods> by_network;
  std::vector<std::string> networks;  // in the order of the series
  for (const FinishedAttack& attack : series) {
    if (by_network.count(attack.network) == 0) networks.push_back(attack.network);
    add(attack, by_network[attack.network]);
  }
  std::vector<NetworkSandwich> all;
  for (const std::string& network : networks) {
    const auto& [searches, proofs, exact] = by_network[network];
    if (proofs.empty() || (searches.empty() && !exact)) continue;
    all.push_back({network, sandwich(searches, exact, proofs, series.front().record.tau),
                   proofs.front().run->range.size()});
  }
  return all;
}

std::string sandwich_table(const std::vector<NetworkSandwich>& sandwiches) {
  std::string out;
  for (const NetworkSandwich& each : sandwiches)
    out += (sandwiches.size() > 1 ? each.network + '\n' : "") + text_table(columns, rows_of(each)) + '\n';
  return out.empty() ? out : out + how_to_read;
}

std::string sandwich_html(const std::vector<NetworkSandwich>& sandwiches) {
  std::string out;
  for (const NetworkSandwich& each : sandwiches)
    out += "<h3>" + html::escape(each.network) + "</h3>\n" + html::table(columns, rows_of(each));
  return out.empty() ? out : "<h2>Bounds</h2>\n" + out + html::quiet(how_to_read);
}

inline void to_json(Json& json, const Sandwich::Layer& layer) {
  json = {{"methods", layer.methods}, {"flips", layer.flips}, {"confident_flips", layer.confident_flips}};
}

void to_json(Json& json, const NetworkSandwich& both) {
  json = {{"network", both.network}};
  put(json, "found", both.layers.found);
  put(json, "exact", both.layers.exact);
  json["not_certified"] = both.layers.open;
  if (both.images > 0) json["range_size"] = both.images;
}

}  // namespace voronet
