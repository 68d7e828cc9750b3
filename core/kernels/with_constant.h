// From a number known when the program runs to one that the compiler knows.
#pragma once

#include <type_traits>
#include <utility>

namespace voronet::kernels {

// Calls f with n as a compile-time constant, 1 <= n <= most.
template <int most, class F>
void with_constant(int n, const F& f) {
  [&]<int... i>(std::integer_sequence<int, i...>) {
    ((n == i + 1 ? f(std::integral_constant<int, i + 1>()) : void()), ...);
  }
  (std::make_integer_sequence<int, most>());
}

}  // namespace voronet::kernels
