#include <voronet/attacks/attack_all.h>
#include <voronet/core/parallel.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
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

// The rows of a run, which threads add in any order and which are passed on in the order of the jobs.
class RowsInOrder {
 public:
  // finished: for each job its row, or null if it is open.
  RowsInOrder(std::vector<const AttackRow*> finished, const AttackAll::Progress& progress)
      : finished_(std::move(finished)), fresh_(finished_.size()), progress_(progress) {
    append();
  }

  std::vector<std::size_t> open() const {
    std::vector<std::size_t> jobs;
    for (std::size_t p = 0; p < finished_.size(); ++p)
      if (!finished_[p]) jobs.push_back(p);
    return jobs;
  }

  void add(std::size_t job, AttackRow row) {
    const std::scoped_lock lock(mutex_);
    fresh_[job] = std::move(row);
    append();
  }

  const AttackRun& run() const { return run_; }

 private:
  // Appends what is there, up to the first row that is still in work.
  void append() {
    for (std::size_t p = run_.rows.size(); p < fresh_.size() && (finished_[p] || fresh_[p]); ++p) {
      run_.rows.push_back(finished_[p] ? *finished_[p] : *std::move(fresh_[p]));
      const AttackRow &first = run_.rows.front(), &last = run_.rows.back();
      require(last.seed == first.seed, "attack: image ", last.index, " was attacked with seed ", last.seed,
              ", image ", first.index, " with seed ", first.seed);
      if (finished_[p]) continue;
      run_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
      run_.queries += last.queries;
      if (progress_) progress_(run_, std::ssize(fresh_));
    }
  }

  std::vector<const AttackRow*> finished_;
  std::vector<std::optional<AttackRow>> fresh_;
  const AttackAll::Progress& progress_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  AttackRun run_;
};

}  // namespace

AttackRun attack_all(const Attack& attack, const Predict& predict, const data::Dataset& set,
                     const AttackAll& options) {
  const std::vector<Job> jobs = jobs_of(predict, set, options);
  RowsInOrder rows(finished_rows(jobs, options.finished), options.progress);
  const std::vector<std::size_t> open = rows.open();
  std::atomic<bool> stopped = false;
  parallel_for(std::ssize(open), 1, [&](Index i, Index) {
    if (stopped) return;
    try {
      const auto& [index, label, target] = jobs[open[i]];
      rows.add(open[i], attack(set.images.select({&index, 1}), index, label, target));
    } catch (...) {
      stopped = true;
      throw;
    }
  });
  return rows.run();
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
