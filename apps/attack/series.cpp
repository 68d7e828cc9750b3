#include <voronet/apps/attack/gallery.h>
#include <voronet/apps/attack/sandwich_table.h>
#include <voronet/apps/attack/series.h>
#include <voronet/apps/page/html.h>
#include <voronet/apps/text/table.h>
#include <voronet/core/csv.h>
#include <voronet/core/text.h>

#include <algorithm>
#include <set>

namespace voronet {
namespace {

bool differ(const AttackSeries& series, std::string FinishedAttack::*what) {
  return std::ranges::any_of(
      series, [&](const FinishedAttack& attack) { return attack.*what != series.front().*what; });
}

Csv table_of(const AttackSeries& series) {
  Csv table{attack_columns(), {}};
  for (const FinishedAttack& attack : series) table.rows.push_back(attack_cells(attack.record));
  const auto put_first = [&](const char* column, std::string FinishedAttack::*what) {
    if (!differ(series, what)) return;
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

}  // namespace voronet
