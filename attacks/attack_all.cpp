#include <voronet/attacks/attack_all.h>
#include <voronet/core/parallel.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <map>
#include <mutex>
#include <numeric>
#include <tuple>

namespace voronet {
namespace {

// The images of which it is known whether the model gets them right, when these are the first that it does.
data::ImageRange known_range(const std::vector<Index>& correct, const data::Dataset& set,
                             const AttackAll& options) {
  if (std::ssize(correct) < options.images) return {options.start, std::min(options.end, set.size())};
  return {options.start, correct.empty() ? options.start : correct.back() + 1};
}

std::vector<AttackJob> jobs_of(const std::vector<Index>& correct, const data::Dataset& set,
                               const AttackAll& options) {
  std::vector<AttackJob> jobs;
  for (const Index i : correct) {
    const int label = set.labels[i];
    if (!options.targeted) jobs.push_back({i, label, {}});
    for (int target = 0; options.targeted && target < set.classes; ++target)
      if (target != label) jobs.push_back({i, label, target});
  }
  return jobs;
}

data::Images images_of(std::span<const AttackJob> jobs, const data::Dataset& set) {
  std::vector<Index> indices;
  for (const AttackJob& job : jobs) indices.push_back(job.index);
  return set.images.select(indices);
}

// Whether what a row says can be of an image of the set.
bool fits(const AttackRow& row, const data::Dataset& set) {
  const data::Images& images = set.images;
  const auto is_inside = [&](const PixelChange& change) {
    return change.row >= 0 && change.row < images.height && change.column >= 0 &&
           change.column < images.width && std::ssize(change.before) == images.channels &&
           std::ssize(change.after) == images.channels;
  };
  return row.predicted >= 0 && row.predicted < set.classes &&
         std::ssize(row.confidences_before) == set.classes &&
         std::ssize(row.confidences_after) == set.classes && std::ranges::all_of(row.pixels, is_inside);
}

// For each job the finished row that answers it, or null.
std::vector<const AttackRow*> finished_rows(const std::vector<AttackJob>& jobs, const data::Dataset& set,
                                            const std::vector<AttackRow>& finished) {
  std::map<std::tuple<Index, int, std::optional<int>>, std::size_t> positions;
  for (std::size_t p = 0; p < jobs.size(); ++p) positions[{jobs[p].index, jobs[p].label, jobs[p].target}] = p;

  std::vector<const AttackRow*> rows(jobs.size());
  for (const AttackRow& row : finished) {
    const auto at = positions.find({row.index, row.label, row.target});
    require(at != positions.end(), "attack: the finished row of image ", row.index, " (label ", row.label,
            ") does not belong to this run");
    require(fits(row, set), "attack: the finished row of image ", row.index, " is damaged");
    rows[at->second] = &row;
  }
  return rows;
}

void require_same_seed(const AttackRow& first, const AttackRow& next) {
  require(next.seed == first.seed, "attack: image ", next.index, " was attacked with seed ", next.seed,
          ", image ", first.index, " with seed ", first.seed);
}

// Of each job whether it is another process's.
std::vector<bool> taken_elsewhere(Index jobs, Index at_once, const Share& share) {
  require(share.part >= 0 && share.part < share.parts, "attack: there is no part ", share.part, " of ",
          share.parts);
  std::vector<bool> elsewhere;
  for (Index job = 0; job < jobs; ++job) elsewhere.push_back(job / at_once % share.parts != share.part);
  return elsewhere;
}

// The rows of a run, which threads add in any order and which are passed on in the order of the jobs.
class RowsInOrder {
 public:
  // finished: for each job its row, or null if it is open; elsewhere: whether it is another process's.
  RowsInOrder(data::ImageRange range, std::vector<const AttackRow*> finished, std::vector<bool> elsewhere,
              const AttackAll::Progress& progress)
      : finished_(std::move(finished)),
        elsewhere_(std::move(elsewhere)),
        fresh_(finished_.size()),
        progress_(progress) {
    run_.range = range;
    for (std::size_t p = 0; p < finished_.size(); ++p) total_ += finished_[p] || !elsewhere_[p];
    append();
  }

  // Whether a row of these `count` jobs is missing.
  bool open(Index first, Index count) const {
    const auto begin = finished_.begin() + first;
    return std::find(begin, begin + count, nullptr) != begin + count;
  }

  // The rows of the jobs from `first` on; of those that were finished before, the old ones stand.
  void add(Index first, std::vector<AttackRow> rows) {
    const std::scoped_lock lock(mutex_);
    for (AttackRow& row : rows) fresh_.at(first++) = std::move(row);
    append();
  }

  const AttackRun& run() const { return run_; }

 private:
  // Appends what is there, up to the first row that is still in work.
  void append() {
    while (next_ < fresh_.size() && (finished_[next_] || fresh_[next_] || elsewhere_[next_])) {
      const AttackRow* row = finished_[next_] ? finished_[next_] : fresh_[next_] ? &*fresh_[next_] : nullptr;
      // Of a wrong row every later call says the same again, whichever thread it comes from.
      if (row && !run_.rows.empty()) require_same_seed(run_.rows.front(), *row);
      const std::size_t p = next_++;  // now, as progress may throw
      if (!row) continue;
      run_.rows.push_back(*row);
      if (finished_[p]) continue;
      run_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
      run_.queries += row->queries;
      if (progress_) progress_(run_, total_);
    }
  }

  std::vector<const AttackRow*> finished_;
  std::vector<bool> elsewhere_;
  std::vector<std::optional<AttackRow>> fresh_;
  std::size_t next_ = 0;  // the first job that is not yet appended
  Index total_ = 0;       // rows that there will be
  const AttackAll::Progress& progress_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  AttackRun run_;
};

}  // namespace

AttackRun attack_all(const Attack& attack, const Predict& predict, const data::Dataset& set,
                     const AttackAll& options) {
  const AttackMany one = [&](const data::Images& image, std::span<const AttackJob> jobs) {
    const auto& [index, label, target] = jobs[0];
    return std::vector{attack(image, index, label, target)};
  };
  return attack_all(one, 1, predict, set, options);
}

AttackRun attack_all(const AttackMany& attack, Index at_once, const Predict& predict,
                     const data::Dataset& set, const AttackAll& options) {
  require(at_once >= 1, "attack: ", at_once, " images at a time");
  const std::vector<Index> correct =
      correctly_classified(predict, set, options.images, options.start, options.end);
  const std::vector<AttackJob> jobs = jobs_of(correct, set, options);
  const std::vector<bool> elsewhere = taken_elsewhere(std::ssize(jobs), at_once, options.share);
  RowsInOrder rows(known_range(correct, set, options), finished_rows(jobs, set, options.finished), elsewhere,
                   options.progress);
  std::vector<std::span<const AttackJob>> batches;
  for (Index first = 0; first < std::ssize(jobs); first += at_once) {
    const Index count = std::min(at_once, std::ssize(jobs) - first);
    if (!elsewhere[first] && rows.open(first, count))
      batches.push_back(std::span(jobs).subspan(first, count));
  }
  std::atomic<Index> next = 0;  // threads take them in order: a row waits for all before it to be passed on
  std::atomic<Index> failed = std::ssize(batches);  // the first that did: none after it begins
  std::exception_ptr error;                         // its
  std::mutex error_mutex;
  parallel_for(std::ssize(batches), 1, [&](Index, Index) {
    const Index i = next++;
    if (i > failed) return;
    try {
      rows.add(batches[i].data() - jobs.data(), attack(images_of(batches[i], set), batches[i]));
    } catch (...) {
      const std::lock_guard lock(error_mutex);
      if (i < failed) failed = i, error = std::current_exception();
    }
  });
  if (error) std::rethrow_exception(error);
  return rows.run();
}

void require_images(const data::Dataset& set) {
  require(!set.points.defined(), "attack: ", set.name,
          " has points, and attacks change the pixels of images");
}

std::vector<Index> correctly_classified(const Predict& predict, const data::Dataset& set, Index count,
                                        Index start, Index end) {
  constexpr Index batch = 400;
  std::vector<Index> correct;
  require_images(set);
  require(start >= 0, "attack: cannot start at image ", start);
  const Index last = std::min(end, set.size());
  for (Index first = start; first < last && std::ssize(correct) < count; first += batch) {
    std::vector<Index> indices(std::min(batch, last - first));
    std::iota(indices.begin(), indices.end(), first);
    const Prediction prediction = predict(set.images.select(indices));
    for (std::size_t i = 0; i < indices.size() && std::ssize(correct) < count; ++i)
      if (prediction.classes[i] == set.labels[indices[i]] && prediction.is_finite(static_cast<Index>(i)))
        correct.push_back(indices[i]);
  }
  return correct;
}

}  // namespace voronet
