// Short vectors of the width that the processor computes with, as the compilers' own vector types: arithmetic
// between vectors, and between a vector and a number, works element by element.
#pragma once

#include <voronet/core/shape.h>

#include <cstring>

namespace voronet::kernels {

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64, vector_registers = 32;
#elif defined(__AVX__)
inline constexpr int vector_bytes = 32, vector_registers = 16;
#else
inline constexpr int vector_bytes = 16, vector_registers = 16;
#endif

template <class T, int lanes>
struct Vector {
  typedef T type __attribute__((vector_size(lanes * sizeof(T))));
};

template <class T>
inline constexpr int native_lanes = vector_bytes / static_cast<int>(sizeof(T));
// For arrays with few channels, which would leave most of a whole vector empty.
template <class T>
inline constexpr int half_lanes = native_lanes<T> > 2 ? native_lanes<T> / 2 : 2;
template <class T>
int lanes_for(Index channels) {
  return channels <= half_lanes<T> ? half_lanes<T> : native_lanes<T>;
}

// Lane by lane, whether a is larger than b: a NaN is larger than all numbers, and the first of two stays.
template <class V>
inline __attribute__((always_inline)) auto is_larger(const V& a, const V& b) {
  return ~(a <= b) & (b == b);
}
// The larger of each pair, the first of equal ones.
template <class V>
inline __attribute__((always_inline)) V larger(const V& a, const V& b) {
  return is_larger(b, a) ? b : a;
}

// From and to any address: the elements need not be aligned.
template <class V, class T>
inline __attribute__((always_inline)) void load(V& vector, const T* from) {
  std::memcpy(&vector, from, sizeof(V));
}
template <class V, class T>
inline __attribute__((always_inline)) void store(const V& vector, T* to) {
  std::memcpy(to, &vector, sizeof(V));
}

// The first `count` elements, fewer than 2 size: in pieces of size, size / 2, ..., which are single moves.
template <int size, class T>
inline __attribute__((always_inline)) void store_part(const T* from, T* to, Index count) {
  if constexpr (size > 0) {
    const Index piece = count & size;
    if (piece != 0) std::memcpy(to, from, size * sizeof(T));
    store_part<size / 2>(from + piece, to + piece, count);
  }
}

// Where fewer than all lanes exist: the others are 0, or are not written.
template <class V, class T>
inline void load(V& vector, const T* from, Index count) {
  if (count >= static_cast<Index>(sizeof(V) / sizeof(T))) return load(vector, from);
  vector = V{};
  for (Index lane = 0; lane < count; ++lane) vector[lane] = from[lane];
}
template <class V, class T>
inline __attribute__((always_inline)) void store(const V& vector, T* to, Index count) {
  if (count >= static_cast<Index>(sizeof(V) / sizeof(T))) return store(vector, to);
  store_part<sizeof(V) / sizeof(T) / 2>(reinterpret_cast<const T*>(&vector), to, count);
}

}  // namespace voronet::kernels
