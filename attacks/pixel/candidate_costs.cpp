#include <voronet/attacks/pixel/candidate_costs.h>

#include <algorithm>
#include <map>

namespace voronet {
namespace {

std::vector<double> confidence_costs(const Prediction& prediction, const AttackRow& row) {
  const int of_class = row.target.value_or(row.label);
  std::vector<double> costs;
  for (Index i = 0; i < std::ssize(prediction.classes); ++i) {
    const double confidence = prediction.confidence(i, of_class);
    costs.push_back(finite_cost(row.target ? -confidence : confidence));
  }
  return costs;
}

// The pixels that candidate i sets and their values, the same for any order of its pixels.
std::string changes_of(const PixelCandidates& candidates, Index i, Index channels) {
  std::map<std::int32_t, Index> last;  // place of the pixel that stands at each position
  for (Index p = i * candidates.pixels; p < (i + 1) * candidates.pixels; ++p)
    last[candidates.positions[p]] = p;
  std::string changes;
  for (const auto& [position, p] : last) {
    changes += std::to_string(position) + ':';
    changes.append(candidates.values.begin() + p * channels, candidates.values.begin() + (p + 1) * channels);
  }
  return changes;
}

}  // namespace

CandidateCosts::CandidateCosts(Fitness fitness, const AttackRow& row, PixelQueries& queries, FlipWatch& watch)
    : fitness_(fitness), row_(row), queries_(queries), watch_(watch) {}

std::vector<double> CandidateCosts::of_all(const PixelCandidates& candidates, bool look) {
  const Prediction answers = queries_.ask(candidates);
  if (look)
    watch_.see(answers, candidates);
  else
    watch_.count(answers, candidates.count());
  return fitness_ == Fitness::margin ? watch_.shortfalls(answers) : confidence_costs(answers, row_);
}

std::vector<double> CandidateCosts::of_new(const PixelCandidates& candidates, Index batch) {
  std::vector<std::string> changes;
  std::vector<Index> fresh;
  for (Index i = 0; i < candidates.count(); ++i) {
    changes.push_back(changes_of(candidates, i, queries_.base().channels));
    if (known_.try_emplace(changes.back()).second) fresh.push_back(i);
  }
  for (Index first = 0; first < std::ssize(fresh); first += batch) {
    const auto asked = std::span(fresh).subspan(first, std::min(batch, std::ssize(fresh) - first));
    const std::vector<double> costs = of_all(candidates.select(asked));
    if (watch_.done()) return {};
    for (std::size_t k = 0; k < asked.size(); ++k) known_[changes[asked[k]]] = costs[k];
  }
  std::vector<double> costs;
  for (const std::string& change : changes) costs.push_back(known_.at(change));
  return costs;
}

}  // namespace voronet
