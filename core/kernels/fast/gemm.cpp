#include <voronet/core/kernels/fast/blas.h>
#include <voronet/core/kernels/fast/register_block.h>

namespace voronet::kernels {
namespace {

// A piece of work is so many rows by so many columns of c, enough to pack what it reads of a and b for
// itself: fewer columns where c is small, so that there is work for more than one thread. Its sums are cut
// into chunks, so that packed columns stay in the second-level cache.
constexpr Index rows_a_piece = 128, products_a_chunk = 512;
Index columns_a_piece(Index m, Index n) { return m * n < (1 << 18) ? 64 : 256; }

// A transposed factor's rows, elements so many bytes apart, are copied first: caches keep few lines of such.
constexpr Index near_bytes = 2048;

template <class T>
class Gemm {
 public:
  Gemm(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c, const T* bias)
      : m_(m),
        n_(n),
        k_(k),
        a_(a),
        b_(b),
        copies_rows_(a.transposed && a.stride * static_cast<Index>(sizeof(T)) > near_bytes),
        c_(c),
        bias_({.bias = bias}, n),
        blocks_(blocks_of<T>(n)) {}

  void operator()() const {
    const Index block_columns = blocks_.lanes * ChannelBlocks::max_vectors;
    const Index blocks_a_piece = std::max<Index>(1, columns_a_piece(m_, n_) / block_columns);
    const Index row_pieces = divide_up(m_, rows_a_piece),
                column_pieces = divide_up(blocks_.count(), blocks_a_piece);
    const Index chunk = std::min(k_, products_a_chunk);
    const Index products = std::min(m_, rows_a_piece) * k_ * std::min(n_, columns_a_piece(m_, n_));
    parallel_for(row_pieces * column_pieces, grain_for(products), [&](Index begin, Index end) {
      const Buffer<T> rows(copies_rows_ ? chunk * rows_a_piece : 0), columns(chunk * block_columns);
      for (Index piece = begin; piece < end; ++piece) {
        const Index row = piece % row_pieces, column = piece / row_pieces;
        const Range of_rows{m_ * row / row_pieces, m_ * (row + 1) / row_pieces},
            of_blocks{blocks_.count() * column / column_pieces,
                      blocks_.count() * (column + 1) / column_pieces};
        Index t = 0;
        do {
          add_products(of_rows, of_blocks, {t, std::min(t + chunk, k_)}, rows.data(), columns.data());
          t += chunk;
        } while (t < k_);
      }
    });
  }

 private:
  struct Range {
    Index begin, end;
    Index count() const { return end - begin; }
  };

  // Of some rows and blocks of columns, the part of their sums that these products are.
  void add_products(Range rows, Range blocks, Range products, T* packed_rows, T* packed_columns) const {
    Factor<T> a = a_.at(rows.begin, products.begin);
    if (copies_rows_) {
      constexpr int lanes = native_lanes<T>, vectors = rows_a_piece / lanes;
      pack_columns<T>({a.data, a.stride}, products.count(), rows.count(), lanes, vectors, packed_rows);
      a = {packed_rows, rows_a_piece, true};
    }
    for (Index block = blocks.begin; block < blocks.end; ++block)
      blocks_.call(block, [&](Index column, int vectors) {
        pack_columns(b_.at(products.begin, column), products.count(), n_ - column, blocks_.lanes, vectors,
                     packed_columns);
        add_products(a, rows, {column, n_}, products, vectors, packed_columns);
      });
  }

  // The same for one block of columns, packed, and a from its first row and product on.
  void add_products(const Factor<T>& a, Range rows, Range columns, Range products, int vectors,
                    const T* packed_columns) const {
    for_each_equal_piece(rows.count(), sums_a_vector(vectors), [&](Index row, int block_rows, Index count) {
      const Index at = (rows.begin + row) * n_ + columns.begin;
      multiply<T>({blocks_.lanes, vectors, block_rows}, count,
                  {.x = a.at(row, 0).data,
                   .x_run = a.stride,
                   .x_row = a.transposed ? 1 : a.stride,
                   .runs = a.transposed ? products.count() : 1,
                   .run = a.transposed ? 1 : products.count(),
                   .weight = packed_columns,
                   .out = c_ + at,
                   .out_row = n_,
                   .channels = columns.count(),
                   .epilogue = products.begin == 0 ? bias_.epilogue().at(columns.begin, at)
                                                   : Epilogue<T>{.residual = c_ + at}});
    });
  }

  Index m_, n_, k_;
  Factor<T> a_, b_;
  bool copies_rows_;
  T* c_;
  PaddedBias<T> bias_;
  ChannelBlocks blocks_;
};

}  // namespace

template <class T>
void gemm(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c) {
  if (is_for_blas(m, n, k, a, b))
    blas_gemm(m, n, k, a, b, c);
  else
    linear<T>(m, n, k, a, b, c, nullptr);
}

template <class T>
void linear(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c, const T* bias) {
  if (m > 0 && n > 0) Gemm<T>(m, n, k, a, b, c, bias)();
}

template void gemm(Index, Index, Index, const Factor<float>&, const Factor<float>&, float*);
template void gemm(Index, Index, Index, const Factor<double>&, const Factor<double>&, double*);
template void linear(Index, Index, Index, const Factor<float>&, const Factor<float>&, float*, const float*);
template void linear(Index, Index, Index, const Factor<double>&, const Factor<double>&, double*,
                     const double*);

}  // namespace voronet::kernels
