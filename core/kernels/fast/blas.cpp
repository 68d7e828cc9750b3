#include <voronet/core/kernels/fast/blas.h>
#include <voronet/core/kernels/fast/vector.h>
#include <voronet/core/parallel.h>

#include <algorithm>
#include <limits>
#include <type_traits>

#include <cblas.h>
#include <omp.h>

namespace voronet::kernels {
namespace {

// A call of OpenBLAS computes so many rows by so many columns of c, or fewer at the edges: enough for what it
// packs to be read often, few enough for all threads to get some.
constexpr Index rows_a_call = 256, columns_a_call = 1024;

// While one lives, OpenBLAS uses the calling thread alone. Its OpenMP build asks OpenMP how many threads this
// thread would get; its build with threads of its own has one number for the process.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) {
    omp_set_num_threads(1);
    static const bool set = [] {
      if (openblas_get_parallel() == OPENBLAS_THREAD) openblas_set_num_threads(1);
      return true;
    }();
    (void)set;
  }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

// The part of c that one call computes; c's rows start c_stride apart.
template <class T>
void call_blas(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c, Index c_stride) {
  const auto size = [](Index value) { return static_cast<blasint>(value); };
  const auto form = [](const Factor<T>& factor) { return factor.transposed ? CblasTrans : CblasNoTrans; };
  const auto product = [&](auto gemm) {
    gemm(CblasRowMajor, form(a), form(b), size(m), size(n), size(k), T{1}, a.data, size(a.stride), b.data,
         size(b.stride), T{0}, c, size(c_stride));
  };
  const OneThread one;
  if constexpr (std::is_same_v<T, float>)
    product(cblas_sgemm);
  else
    product(cblas_dgemm);
}

}  // namespace

template <class T>
bool is_for_blas(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b) {
  constexpr int lanes = native_lanes<float>;
  return lanes <= 8 && m * n * k >= large_product &&
         std::max({n, k, a.stride, b.stride}) <= Index{std::numeric_limits<blasint>::max()} &&
         openblas_get_parallel() != OPENBLAS_SEQUENTIAL;
}

template <class T>
void blas_gemm(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c) {
  const Index row_pieces = divide_up(m, rows_a_call), column_pieces = divide_up(n, columns_a_call);
  parallel_for(row_pieces * column_pieces, 1, [&](Index piece, Index) {
    const Index i = piece % row_pieces, j = piece / row_pieces;
    const Index row = m * i / row_pieces, rows = m * (i + 1) / row_pieces - row,
                column = n * j / column_pieces, columns = n * (j + 1) / column_pieces - column;
    call_blas(rows, columns, k, a.at(row, 0), b.at(0, column), c + row * n + column, n);
  });
}

template bool is_for_blas(Index, Index, Index, const Factor<float>&, const Factor<float>&);
template bool is_for_blas(Index, Index, Index, const Factor<double>&, const Factor<double>&);
template void blas_gemm(Index, Index, Index, const Factor<float>&, const Factor<float>&, float*);
template void blas_gemm(Index, Index, Index, const Factor<double>&, const Factor<double>&, double*);

}  // namespace voronet::kernels
