#include <voronet/layers/plan/form_sums.h>

#include <array>
#include <cmath>

namespace voronet::plan {
namespace {

// The number of planes is known to the compiler, so that weights are read once.
template <std::size_t planes>
void add(const double* change, const double* weight, Index n, AffineForms& y, Index to) {
  std::array<double*, planes> sums;
  for (std::size_t p = 0; p < planes; ++p) sums[p] = y.plane(static_cast<Index>(p)) + to;
#pragma omp simd
  for (Index i = 0; i < n; ++i) {
    const double w = weight[i], size = std::abs(w);
    for (std::size_t p = 0; p + 2 < planes; ++p) sums[p][i] += change[p] * w;
    for (std::size_t p = planes - 2; p < planes; ++p) sums[p][i] += change[p] * size;
  }
}

}  // namespace

void add(const std::vector<double>& change, const double* weight, Index n, AffineForms& y, Index to) {
  switch (change.size()) {
    case 3:  // no variables: the image itself
      return add<3>(change.data(), weight, n, y, to);
    case 4:  // gray
      return add<4>(change.data(), weight, n, y, to);
    case 5:  // two gray pixels
      return add<5>(change.data(), weight, n, y, to);
    case 6:  // colours
      return add<6>(change.data(), weight, n, y, to);
  }
  for (Index p = 0; p < y.planes(); ++p) {
    const bool noise = p >= y.planes() - 2;
    for (Index i = 0; i < n; ++i) y.plane(p)[to + i] += change[p] * (noise ? std::abs(weight[i]) : weight[i]);
  }
}

}  // namespace voronet::plan
