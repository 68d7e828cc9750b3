// What the standard library of Debian 12's Emscripten lacks of C++20 and the library's sources use: build.sh
// includes it before each of them.
#pragma once

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

namespace std {

// The shortest decimal that reads back as the same number.
inline to_chars_result to_chars(char* first, char* last, double value) {
  int length = 0;
  for (int digits = 1; digits <= 17; ++digits) {
    length = snprintf(first, static_cast<size_t>(last - first), "%.*g", digits, value);
    if (strtod(first, nullptr) == value) break;
  }
  return {first + length, errc()};
}

inline from_chars_result from_chars(const char* first, const char* last, double& value) {
  const string digits(first, last);
  char* end = nullptr;
  const double read = strtod(digits.c_str(), &end);
  if (end == digits.c_str()) return {first, errc::invalid_argument};
  value = read;
  return {first + (end - digits.c_str()), errc()};
}

// For one thread.
template <class T>
class atomic_ref {
 public:
  explicit atomic_ref(T& value) : value_(&value) {}
  T load(memory_order = memory_order_seq_cst) const { return *value_; }
  T fetch_add(T more, memory_order = memory_order_seq_cst) const {
    const T before = *value_;
    *value_ += more;
    return before;
  }
  T operator++() const { return ++*value_; }
  operator T() const { return *value_; }

 private:
  T* value_;
};

namespace ranges {

template <class R, class F>
bool all_of(R&& r, F f) {
  return std::all_of(r.begin(), r.end(), std::ref(f));
}
template <class R, class F>
bool any_of(R&& r, F f) {
  return std::any_of(r.begin(), r.end(), std::ref(f));
}
template <class R, class F>
bool none_of(R&& r, F f) {
  return std::none_of(r.begin(), r.end(), std::ref(f));
}
template <class R, class Out>
void copy(R&& r, Out out) {
  std::copy(r.begin(), r.end(), out);
}
template <class R, class Out, class F>
void copy_if(R&& r, Out out, F f) {
  std::copy_if(r.begin(), r.end(), out, std::ref(f));
}
template <class A, class B>
bool equal(A&& a, B&& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}
template <class R, class T>
void fill(R&& r, const T& value) {
  std::fill(r.begin(), r.end(), value);
}
template <class R, class T, class Of = std::identity>
auto find(R&& r, const T& value, Of of = {}) {
  return std::find_if(std::begin(r), std::end(r), [&](auto& x) { return std::invoke(of, x) == value; });
}
template <class R, class F>
auto find_if(R&& r, F f) {
  return std::find_if(r.begin(), r.end(), std::ref(f));
}
template <class R, class Less = std::less<>, class Of = std::identity>
auto min_element(R&& r, Less less = {}, Of of = {}) {
  return std::min_element(r.begin(), r.end(), [&](auto& a, auto& b) { return less(of(a), of(b)); });
}
template <class R>
auto minmax_element(R&& r) {
  const auto [low, high] = std::minmax_element(r.begin(), r.end());
  struct {
    decltype(r.begin()) min, max;
  } both{low, high};
  return both;
}
template <class R, class Less = std::less<>>
void sort(R&& r, Less less = {}) {
  std::sort(r.begin(), r.end(), less);
}
template <class R, class Less = std::less<>, class Of = std::identity>
void stable_sort(R&& r, Less less = {}, Of of = {}) {
  std::stable_sort(r.begin(), r.end(), [&](auto& a, auto& b) { return less(of(a), of(b)); });
}

}  // namespace ranges
}  // namespace std
