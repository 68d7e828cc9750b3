// For tests that run with a certain number of threads.
#pragma once

#include <voronet/core/parallel.h>

namespace voronet::test {

// While one lives, parallel loops use n threads.
class ThreadsAre {
 public:
  explicit ThreadsAre(int n) : before_(threads()) { set_threads(n); }
  ~ThreadsAre() { set_threads(before_); }
  ThreadsAre(const ThreadsAre&) = delete;
  ThreadsAre& operator=(const ThreadsAre&) = delete;

 private:
  int before_;
};

// What f() returns with n threads.
template <class F>
auto with_threads(int n, const F& f) {
  const ThreadsAre scope(n);
  return f();
}

}  // namespace voronet::test
