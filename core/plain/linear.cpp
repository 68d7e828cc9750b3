#include <voronet/core/kernels/gemm.h>
#include <voronet/core/kernels/packed.h>
#include <voronet/core/parallel.h>

#include <algorithm>

namespace voronet::kernels {

template <class T>
void linear(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c, const T* bias) {
  parallel_for(m, 1, [&](Index i, Index) {
    for (Index j = 0; j < n; ++j) {
      T sum = bias == nullptr ? T(0) : bias[j];
      for (Index p = 0; p < k; ++p) sum += *a.at(i, p).data * *b.at(p, j).data;
      c[i * n + j] = sum;
    }
  });
}

template <class T>
void gemm(Index m, Index n, Index k, const Factor<T>& a, const Factor<T>& b, T* c) {
  linear<T>(m, n, k, a, b, c, nullptr);
}

template <class T>
PackedLinear<T>::PackedLinear(Index in, Index out, const T* weight) : in_(in), out_(out), packed_(in * out) {
  std::copy_n(weight, in * out, packed_.data());
}

template <class T>
void PackedLinear<T>::run(const InputPart& part, Index n, const T* x, const Epilogue<T>& epilogue,
                          T* y) const {
  parallel_for(n, 1, [&](Index i, Index) {
    for (Index o = 0; o < out_; ++o) {
      T sum = 0;
      const T *value = x + i * part.runs * part.run, *weight = packed_.data() + o * in_ + part.first;
      for (Index r = 0; r < part.runs; ++r, weight += part.next)
        for (Index t = 0; t < part.run; ++t) sum += *value++ * weight[t];
      y[i * out_ + o] = epilogue(sum, o, i * out_ + o);
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
