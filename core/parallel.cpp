#include <voronet/core/error.h>
#include <voronet/core/parallel.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <ctime>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <omp.h>
#include <pthread.h>

namespace voronet {
namespace parallel {
namespace {

using namespace std::chrono_literals;

// How long a thread watches, before it sleeps, for the next loop, and for the last pieces of its own: about
// as long as it takes to wake it, and short beside a time slice, which belongs to other programs too.
constexpr auto watching_for_loops = 50us, watching_for_pieces = 200us;

// A helper that was awaited, and had lost its core to other programs for longer than this, rests for so many
// times as long: where they take turns on a core, each loop of microseconds would wait for a time slice.
constexpr std::chrono::nanoseconds much = 500us, longest_rest = 100ms;
constexpr int rest_factor = 20;

// Time in which the thread has had no core since this was made.
class LostTime {
 public:
  std::chrono::nanoseconds so_far() const {
    return std::chrono::steady_clock::now() - start_ - (used() - used_);
  }

 private:
  static std::chrono::nanoseconds used() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }

  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::nanoseconds used_ = used();
};

thread_local bool in_loop = false;

// For a thread that watches: leaves the core's other half and its power to others.
void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// The pieces of one thread's share that nobody has taken. Its owner takes the first, others the last.
class alignas(64) Share {  // a cache line of its own
 public:
  void set(Index begin, Index end) { ends_ = pack(begin, end); }
  bool empty() const { return begin_of(ends_) == end_of(ends_); }
  // A piece, or -1 if there is none left.
  Index take_first() {
    return take([](Index begin, Index end) { return std::pair(pack(begin + 1, end), begin); });
  }
  Index take_last() {
    return take([](Index begin, Index end) { return std::pair(pack(begin, end - 1), end - 1); });
  }

 private:
  static std::uint64_t pack(Index begin, Index end) { return static_cast<std::uint64_t>(begin) << 32 | end; }
  static Index begin_of(std::uint64_t ends) { return static_cast<Index>(ends >> 32); }
  static Index end_of(std::uint64_t ends) { return static_cast<Index>(ends & UINT32_MAX); }

  template <class Cut>
  Index take(const Cut& cut) {
    std::uint64_t now = ends_;
    while (begin_of(now) != end_of(now)) {
      const auto [rest, piece] = cut(begin_of(now), end_of(now));
      if (ends_.compare_exchange_weak(now, rest)) return piece;
    }
    return -1;
  }

  std::atomic<std::uint64_t> ends_{0};  // both in one word, to be changed together
};

// A loop that a thread has begun, on whose stack it lies.
class Loop {
 public:
  static constexpr Index max_pieces = UINT32_MAX;
  static constexpr int max_shares = 64;

  Loop(Index pieces, int shares, Piece piece, const void* body)
      : piece_(piece), body_(body), shares_count_(shares) {
    for (int s = 0; s < shares; ++s) shares_[s].set(pieces * s / shares, pieces * (s + 1) / shares);
  }

  // Whether there is still something to do for it.
  bool wants(int thread) const {
    return thread < shares_count_ && std::any_of(shares_.begin(), shares_.begin() + shares_count_,
                                                 [](const Share& share) { return !share.empty(); });
  }

  // Does pieces until all are taken.
  void work(int thread) {
    for (Index piece; (piece = shares_[thread].take_first()) >= 0;) call(piece);
    for (int other = 1; other < shares_count_; ++other)
      for (Index piece; (piece = shares_[(thread + other) % shares_count_].take_last()) >= 0;) call(piece);
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void call(Index piece) {
    try {
      piece_(body_, piece);
    } catch (...) {
      const std::lock_guard lock(error_mutex_);
      if (!error_ || piece < error_piece_) error_ = std::current_exception(), error_piece_ = piece;
    }
  }

  std::array<Share, max_shares> shares_;
  std::exception_ptr error_;
  Index error_piece_ = 0;
  std::mutex error_mutex_;  // for both
  Piece piece_;
  const void* body_;
  int shares_count_;

 public:
  std::atomic<int> helpers = 0;  // threads beside its own that are at work; changed under the team's mutex
  bool is_awaited = false;       // its own thread sleeps until they are through; under the mutex
};

// The threads beside those that begin loops. They come from OpenMP, and so from its places, limits and stack
// sizes, but in a parallel region that lasts: at the end of a region each thread waits for all others, also
// for those without a core. A region's first thread sleeps, in the place of the one that begins loops.
class Team {
 public:
  void run(Loop& loop) {
    bool someone_sleeps;
    {
      const std::lock_guard lock(mutex_);
      grow(std::min(threads(), Loop::max_shares));
      loops_.push_back(&loop);
      ++published_;
      someone_sleeps = sleepers_ > 0;
    }
    if (someone_sleeps) work_to_do_.notify_all();
    in_loop = true;
    loop.work(0);
    in_loop = false;
    std::unique_lock lock(mutex_);
    std::erase(loops_, &loop);  // from here on nobody begins to help
    if (loop.helpers == 0) return;
    lock.unlock();
    if (watch(watching_for_pieces, [&] { return loop.helpers == 0; })) return;
    lock.lock();
    loop.is_awaited = true;
    loop_done_.wait(lock, [&] { return loop.helpers == 0; });
  }

 private:
  // Opens a region with the threads that are missing for so many. Called with the mutex held.
  void grow(int size) {
    if (size <= size_) return;
    const int first = std::exchange(size_, size), more = size - first;
    try {
      std::thread([=, this] {
#pragma omp parallel num_threads(more + 1)
        omp_get_thread_num() == 0 ? stand_by() : serve(first + omp_get_thread_num() - 1);
      }).detach();
    } catch (const std::system_error&) {  // no more threads are to be had: loops go without
    }
  }

  void stand_by() {
    std::unique_lock lock(mutex_);
    never_.wait(lock, [] { return false; });
  }

  void serve(int thread) {
    in_loop = true;
    std::unique_lock lock(mutex_);
    while (true) {
      const std::uint64_t seen = published_;
      if (Loop* const loop = find(thread)) {
        help(*loop, thread, lock);
        continue;
      }
      lock.unlock();
      const bool has_news = watch(watching_for_loops, [&] { return published_ != seen; });
      lock.lock();
      if (has_news) continue;
      ++sleepers_;
      work_to_do_.wait(lock, [&] { return published_ != seen; });
      --sleepers_;
    }
  }

  Loop* find(int thread) const {
    const auto at = std::find_if(loops_.begin(), loops_.end(), [&](Loop* l) { return l->wants(thread); });
    return at == loops_.end() ? nullptr : *at;
  }

  void help(Loop& loop, int thread, std::unique_lock<std::mutex>& lock) {
    ++loop.helpers;
    lock.unlock();
    const LostTime lost;
    loop.work(thread);
    lock.lock();
    const bool is_awaited = loop.is_awaited;
    if (--loop.helpers == 0 && is_awaited) loop_done_.notify_all();  // and the loop may be gone
    if (!is_awaited) return;
    lock.unlock();
    const std::chrono::nanoseconds without_core = lost.so_far();
    if (without_core > much) std::this_thread::sleep_for(std::min(rest_factor * without_core, longest_rest));
    lock.lock();
  }

  // Whether it comes true in so much time.
  template <class Condition>
  static bool watch(std::chrono::microseconds time, const Condition& condition) {
    const auto end = std::chrono::steady_clock::now() + time;
    do {
      for (int i = 0; i < 16; ++i) {
        if (condition()) return true;
        pause();
      }
    } while (std::chrono::steady_clock::now() < end);
    return false;
  }

  std::mutex mutex_;
  std::condition_variable work_to_do_, loop_done_, never_;
  std::vector<Loop*> loops_;                  // that may have pieces left
  std::atomic<std::uint64_t> published_ = 0;  // loops so far
  int sleepers_ = 0;
  int size_ = 1;  // threads, those that begin loops counted as one
};

// Never destroyed: its threads wait in it until the process ends.
Team* team = nullptr;

// A forked process has the thread that forked alone; its loops get a new team.
void forget_team() { team = new Team; }

Team& the_team() {
  static const bool made = [] {
    forget_team();
    pthread_atfork(nullptr, nullptr, forget_team);
    return true;
  }();
  (void)made;
  return *team;
}

}  // namespace

void run(Index pieces, Piece piece, const void* body) {
  const auto shares = static_cast<int>(std::min<Index>({pieces, threads(), Loop::max_shares}));
  if (shares <= 1 || in_loop || omp_in_parallel()) {
    for (Index p = 0; p < pieces; ++p) piece(body, p);
    return;
  }
  require(pieces <= Loop::max_pieces, "parallel: a loop of ", pieces, " pieces");
  Loop loop(pieces, shares, piece, body);
  the_team().run(loop);
  loop.rethrow();
}

}  // namespace parallel

}  // namespace voronet
