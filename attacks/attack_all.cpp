#include <voronet/attacks/attack_all.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>
#include <tuple>

namespace voronet {
namespace {

struct Job {
  Index index;
  int label;
  std::optional<int> target;
};

std::vector<Job> jobs_of(const Predict& predict, const data::Dataset& set, const AttackAll& options) {
  std::vector<Job> jobs;
  for (const Index i : correctly_classified(predict, set, options.images, options.start)) {
    const int label = set.labels[i];
    if (!options.targeted) jobs.push_back({i, label, {}});
    for (int target = 0; options.targeted && target < set.classes; ++target)
      if (target != label) jobs.push_back({i, label, target});
  }
  return jobs;
}

// For each job the finished row that answers it, or null.
std::vector<const AttackRow*> finished_rows(const std::vector<Job>& jobs,
                                            const std::vector<AttackRow>& finished) {
  std::map<std::tuple<Index, int, std::optional<int>>, std::size_t> positions;
  for (std::size_t p = 0; p < jobs.size(); ++p) positions[{jobs[p].index, jobs[p].label, jobs[p].target}] = p;

  std::vector<const AttackRow*> rows(jobs.size());
  for (const AttackRow& row : finished) {
    const auto at = positions.find({row.index, row.label, row.target});
    require(at != positions.end(), "attack: the finished row of image ", row.index, " (label ", row.label,
            ") does not belong to this run");
    rows[at->second] = &row;
  }
  return rows;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

AttackRun attack_all(const Attack& attack, const Predict& predict, const data::Dataset& set,
                     const AttackAll& options) {
  const std::vector<Job> jobs = jobs_of(predict, set, options);
  const auto finished = finished_rows(jobs, options.finished);

  AttackRun run;
  for (std::size_t p = 0; p < jobs.size(); ++p) {
    if (finished[p]) {
      run.rows.push_back(*finished[p]);
      continue;
    }
    const auto& [index, label, target] = jobs[p];
    const data::Images image = set.images.select({&index, 1});
    const auto start = std::chrono::steady_clock::now();
    run.rows.push_back(attack(image, index, label, target));
    run.seconds += seconds_since(start);
    run.queries += run.rows.back().queries;
    if (options.progress) options.progress(run, std::ssize(jobs));
  }
  return run;
}

std::vector<Index> correctly_classified(const Predict& predict, const data::Dataset& set, Index count,
                                        Index start) {
  constexpr Index batch = 400;
  std::vector<Index> correct;
  require(start >= 0, "attack: cannot start at image ", start);
  for (Index first = start; first < set.size() && std::ssize(correct) < count; first += batch) {
    std::vector<Index> indices(static_cast<std::size_t>(std::min(batch, set.size() - first)));
    std::iota(indices.begin(), indices.end(), first);
    const Prediction prediction = predict(set.images.select(indices));
    for (std::size_t i = 0; i < indices.size() && std::ssize(correct) < count; ++i)
      if (prediction.classes[i] == set.labels[indices[i]]) correct.push_back(indices[i]);
  }
  return correct;
}

}  // namespace voronet
