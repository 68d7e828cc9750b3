#include <voronet/attacks/summary.h>

#include <algorithm>
#include <set>

namespace voronet {
namespace {

// How many rows had their first flip within so many queries.
Index count_within(const std::vector<AttackRow>& rows, Index AttackRow::*first, Index queries) {
  return std::count_if(rows.begin(), rows.end(),
                       [&](const AttackRow& row) { return row.*first > 0 && row.*first <= queries; });
}

// Of which none of the rows is a flip.
SuccessRate robust_images(const AttackRun& run) {
  std::set<Index> attacked, flipped;
  for (const AttackRow& row : run.rows) {
    attacked.insert(row.index);
    if (row.flip()) flipped.insert(row.index);
  }
  return success_rate(std::ssize(attacked) - std::ssize(flipped), run.range.size());
}

void count_proofs(const AttackRun& run, double tau, AttackSummary& summary) {
  const std::vector<AttackRow>& rows = run.rows;
  if (rows.empty() || std::any_of(rows.begin(), rows.end(), [](const AttackRow& row) { return !row.proof; }))
    return;
  Index certified = 0, certified_confident = 0;
  for (const AttackRow& row : rows) {
    certified += row.proof->certified;
    certified_confident += confident_before(row, tau) && row.proof->certified_confident;
  }
  summary.certified = success_rate(certified, summary.attacked);
  summary.certified_confident = success_rate(certified_confident, summary.confident_flips.of);
  if (run.range.size() > 0) summary.certified_accuracy = success_rate(certified, run.range.size());
}

}  // namespace

AttackSummary summarise(const AttackRun& run, double tau) {
  AttackSummary summary;
  std::vector<double> queries, queries_to_flip;
  Index flips = 0, confident_flips = 0, confident = 0;
  for (const AttackRow& row : run.rows) {
    flips += row.flip();
    confident_flips += row.confident_flip();
    confident += confident_before(row, tau);
    summary.queries += row.queries;
    queries.push_back(static_cast<double>(row.queries));
    if (row.flip()) queries_to_flip.push_back(static_cast<double>(row.first_flip));
  }
  summary.attacked = std::ssize(run.rows);
  summary.flips = success_rate(flips, summary.attacked);
  summary.confident_flips = success_rate(confident_flips, confident);
  if (!queries.empty()) summary.median_queries = median(queries);
  if (!queries_to_flip.empty()) summary.median_queries_to_flip = median(queries_to_flip);
  for (const Index limit : {100, 1000, 10000, 40000})
    summary.success_at.push_back({limit, count_within(run.rows, &AttackRow::first_flip, limit),
                                  count_within(run.rows, &AttackRow::first_confident_flip, limit)});
  if (run.range.size() > 0) summary.robust_accuracy = robust_images(run);
  count_proofs(run, tau, summary);
  summary.seconds = run.seconds;
  if (run.seconds > 0) summary.queries_per_second = static_cast<double>(run.queries) / run.seconds;
  return summary;
}

}  // namespace voronet
