// In place of core/plain/linear.cpp: the same sums in the same order, of some rows and columns at a time,
// which stay in registers. Training is made of these.
#include <voronet/core/kernels/gemm.h>
#include <voronet/core/kernels/packed.h>

#include <algorithm>
#include <vector>

namespace voronet::kernels {
namespace {

constexpr Index columns_at_once = 8;
template <class T>
constexpr int rows_at_once = 16 / sizeof(T);  // with the columns, half of the registers

Index padded(Index n) { return divide_up(n, columns_at_once) * columns_at_once; }

// b (k, n) as blocks of columns, each (k, columns at once), zeros behind the last column.
template <class T>
void write_blocks(Index n, Index k, const Factor<T>& b, T* blocks) {
  for (Index first = 0; first < padded(n); first += columns_at_once)
    for (Index p = 0; p < k; ++p)
      for (Index j = first; j < first + columns_at_once; ++j) *blocks++ = j < n ? *b.at(p, j).data : T(0);
}

// Rows of a, where it begins, and the steps to its next row and column.
template <class T>
struct Rows {
  const T* data;
  Index row, column;
};

template <int rows, class T>
struct Sums {
  T values[rows][columns_at_once];

  [[gnu::always_inline]] void add(Index k, const Rows<T>& a, const T* __restrict block) {
    for (Index p = 0; p < k; ++p, block += columns_at_once)
      for (int i = 0; i < rows; ++i)
        for (int j = 0; j < columns_at_once; ++j) values[i][j] += a.data[i * a.row + p * a.column] * block[j];
  }
};

// Calls use<rows>(first) for all of m rows, many at a time while there are.
template <class T, class Use>
void for_rows(Index m, const Use& use) {
  constexpr int many = rows_at_once<T>;
  const Index even = m / many * many;
  for (Index i = 0; i < even; i += many) use.template operator()<many>(i);
  for (Index i = even; i < m; ++i) use.template operator()<1>(i);
}

}  // namespace

template <class T>
void linear(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c, const T* bias) {
  std::vector<T> blocks(padded(n) * k);
  write_blocks(n, k, b, blocks.data());
  for (Index first = 0; first < n; first += columns_at_once)
    for_rows<T>(m, [&]<int rows>(Index i) {
      const Index columns = std::min(columns_at_once, n - first);
      Sums<rows, T> sums = {};
      for (int r = 0; r < rows && bias != nullptr; ++r) std::copy_n(bias + first, columns, sums.values[r]);
      sums.add(k, {a.at(i, 0).data, a.transposed ? 1 : a.stride, a.transposed ? a.stride : 1},
               blocks.data() + first * k);
      for (int r = 0; r < rows; ++r) std::copy_n(sums.values[r], columns, c + (i + r) * n + first);
    });
}

template <class T>
void gemm(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c) {
  linear<T>(m, n, k, a, b, c, nullptr);
}

template <class T>
PackedLinear<T>::PackedLinear(Index in, Index out, const T* weight)
    : in_(in), out_(out), packed_(in * padded(out)) {
  write_blocks<T>(out, in, {.data = weight, .stride = in, .transposed = true}, packed_.data());
}

template <class T>
void PackedLinear<T>::run(const InputPart& part, Index n, const T* x, const Epilogue<T>& epilogue,
                          T* y) const {
  const Index width = part.runs * part.run;
  for (Index first = 0; first < out_; first += columns_at_once)
    for_rows<T>(n, [&]<int rows>(Index i) {
      Sums<rows, T> sums = {};
      for (Index r = 0; r < part.runs; ++r)
        sums.add(part.run, {x + i * width + r * part.run, width, 1},
                 packed_.data() + first * in_ + (part.first + r * part.next) * columns_at_once);
      for (int row = 0; row < rows; ++row)
        for (Index o = first; o < std::min(first + columns_at_once, out_); ++o) {
          const Index to = (i + row) * out_ + o;
          y[to] = epilogue(sums.values[row][o - first], o, to);
        }
    });
}

template void linear(Index, Index, Index, const Factor<float>&, const Factor<float>&, float*, const float*);
template void linear(Index, Index, Index, const Factor<double>&, const Factor<double>&, double*,
                     const double*);
template void gemm(Index, Index, Index, const Factor<float>&, const Factor<float>&, float*);
template void gemm(Index, Index, Index, const Factor<double>&, const Factor<double>&, double*);
template class PackedLinear<float>;
template class PackedLinear<double>;

}  // namespace voronet::kernels
