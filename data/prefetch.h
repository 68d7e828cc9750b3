// Prefetch: values made ahead by a background thread while the caller uses the last one.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

namespace voronet::data {

// Calls produce() on a thread of its own, always from the same one, until it returns nothing or throws; holds
// at most `ahead` values ready. The destructor waits for a call in progress and drops what was not asked for.
template <class T>
class Prefetch {
 public:
  Prefetch(std::function<std::optional<T>()> produce, std::size_t ahead)
      : produce_(std::move(produce)),
        ahead_(ahead),
        thread_([this](const std::stop_token& stop) { work(stop); }) {}

  // The next value, in order; nothing after the last. Throws what produce() threw, in its place.
  std::optional<T> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !ready_.empty() || ended_; });
    if (ready_.empty()) {
      if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
      return std::nullopt;
    }
    std::optional<T> value = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return value;
  }

 private:
  void work(const std::stop_token& stop) {
    try {
      while (std::optional<T> value = produce_()) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop, [&] { return ready_.size() < ahead_; })) return;
        ready_.push_back(*std::move(value));
        changed_.notify_all();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      error_ = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  std::function<std::optional<T>()> produce_;
  std::size_t ahead_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<T> ready_;
  bool ended_ = false;
  std::exception_ptr error_;
  std::jthread thread_;  // last: it starts when all else is there, and is joined first
};

}  // namespace voronet::data
