#include <voronet/apps/attack/gallery.h>
#include <voronet/apps/attack/series.h>
#include <voronet/apps/page/html.h>
#include <voronet/apps/text/table.h>
#include <voronet/core/csv.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace voronet {
namespace {

Csv table_of(const AttackSeries& series) {
  Csv table{attack_columns(), {}};
  for (const FinishedAttack& attack : series) table.rows.push_back(attack_cells(attack.record));
  const auto put_first = [&](const char* column, std::string FinishedAttack::*what) {
    if (std::ranges::count(series, series.front().*what, what) == std::ssize(series)) return;  // one for all
    table.columns.insert(table.columns.begin(), column);
    for (std::size_t i = 0; i < series.size(); ++i)
      table.rows[i].insert(table.rows[i].begin(), series[i].*what);
  };
  put_first("method", &FinishedAttack::method);
  put_first("network", &FinishedAttack::network);
  return table;
}

std::string caption(const AttackSeries& series) {
  std::set<std::string> numbers;
  for (const FinishedAttack& attack : series) numbers.insert(text(attack.record.run.rows.size()));
  return attack_caption(listed(numbers));
}

// A line for each attack that proves something.
std::vector<std::string> proof_lines(const AttackSeries& series) {
  std::vector<std::string> lines;
  for (const FinishedAttack& attack : series) {
    const std::string proven = proof_caption(attack.record);
    const std::string name = series.size() > 1 ? attack.network + ", " + attack.method + ": " : "";
    if (!proven.empty()) lines.push_back(name + proven);
  }
  return lines;
}

constexpr const char* how_to_read =
    "Images that one pixel can flip, of the same images: found <= exact <= not certified.\n"
    "Robust accuracy the other way: of all images of the range, those that are classified\n"
    "correctly and not among them.";

struct Methods {
  std::vector<NamedRun> searches, proofs;
  std::optional<NamedRun> exact;
};

bool decides_all(const AttackRun& run) {
  return std::ranges::all_of(run.rows, [](const AttackRow& row) {
    return row.proof && row.proof->search && row.proof->search->undecided == 0;
  });
}

void add(const FinishedAttack& attack, Methods& methods) {
  const Json& settings = attack.record.settings;
  const NamedRun named{attack.method, &attack.record.run};
  const auto is = [&](const char* key, const Json& value) { return settings.value(key, Json()) == value; };
  if (is("targeted", true) || is("goal", "flip") || attack.record.run.rows.empty()) return;
  if (settings.value("pixels", 1) != 1) return;
  const bool exhaustive = attack.method == "exhaustive",
             proves = attack.record.run.rows.front().proof.has_value();
  if (proves && !exhaustive) methods.proofs.push_back(named);
  if (exhaustive || (attack.method == "exact" && !methods.exact && decides_all(attack.record.run)))
    methods.exact = named;
  else if (!proves && is("pixels", 1))
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

std::string series_table(const AttackSeries& series) {
  const auto [header, rows] = table_of(series);
  std::string out = text_table(header, rows) + '\n' + caption(series);
  const std::string bounds = sandwich_table(sandwiches_of(series));
  if (!bounds.empty()) return out + "\n\n" + bounds;
  for (const std::string& line : proof_lines(series)) out += '\n' + line;
  return out;
}

std::string series_page(const AttackSeries& series, const std::filesystem::path& folder) {
  const auto [header, rows] = table_of(series);
  std::string body = html::table(header, rows) + html::quiet(caption(series));
  for (const std::string& line : proof_lines(series)) body += "<p>" + html::escape(line) + "</p>\n";
  body += sandwich_html(sandwiches_of(series));
  for (const FinishedAttack& attack : series) {
    const std::string page = (attack.folder.lexically_relative(folder) / "report.html").string();
    body += "<h2><a href=\"" + html::address(page) + "\">" +
            html::escape(attack.network + ": " + attack.method) + "</a></h2>\n<p>" +
            html::escape(attack.record.threat_model) + "</p>\n" + html::quiet(made_of(attack.record));
  }
  return html::page("Attacks side by side", body);
}

Json series_json(const AttackSeries& series) {
  Json json = {{"attacks", Json::array()}};
  for (const FinishedAttack& attack : series) {
    json["attacks"].push_back({{"network", attack.network}, {"method", attack.method}});
    json["attacks"].back().update(Json(attack.record));
  }
  const auto sandwiches = sandwiches_of(series);
  if (!sandwiches.empty()) json["bounds"] = sandwiches;
  return json;
}

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
  put(json, "methods", layer.methods, "flips", layer.flips, "confident_flips", layer.confident_flips);
}

void to_json(Json& json, const NetworkSandwich& both) {
  put(json, "network", both.network, "found", both.layers.found, "exact", both.layers.exact, "not_certified",
      both.layers.open);
  if (both.images > 0) json["range_size"] = both.images;
}

}  // namespace voronet
