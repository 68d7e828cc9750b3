#include <voronet/layers/plan/form_sums.h>
#include <voronet/layers/plan/form_vector.h>

#include <algorithm>
#include <cmath>

namespace voronet::plan {
namespace {

// All planes of a few vectors of sums stay in registers while the changes pass by.
template <Index planes, class V, int vectors>
void add_vectors(const FormChanges& changes, AffineForms& y, Index to, Index n, const double* weights) {
  constexpr int lanes = sizeof(V) / sizeof(double);
  V sums[planes][vectors];
  for (Index p = 0; p < planes; ++p)
    for (int v = 0; v < vectors; ++v) {
      V sum;
      kernels::load(sum, y.plane(p) + to + v * lanes);
      sums[p][v] = sum;
    }
  for (const Index channel : changes.channels()) {
    double change[planes];
    for (Index p = 0; p < planes; ++p) change[p] = changes.change(p, channel);
    for (int v = 0; v < vectors; ++v) {
      V weight;
      kernels::load(weight, weights + channel * n + v * lanes);
      for (Index p = 0; p < planes - 2; ++p) sums[p][v] += change[p] * weight;
      weight = FormVector<V>::absolute(weight);
      for (Index p = planes - 2; p < planes; ++p) sums[p][v] += change[p] * weight;
    }
  }
  for (Index p = 0; p < planes; ++p)
    for (int v = 0; v < vectors; ++v) kernels::store(sums[p][v], y.plane(p) + to + v * lanes);
}

}  // namespace

void FormChanges::find_channels() {
  channels_.clear();
  for (Index channel = 0; channel < size_; ++channel) {
    bool any = false;
    for (std::size_t e = channel; e < values_.size(); e += size_) any |= values_[e] != 0;
    if (any) channels_.push_back(channel);
  }
}

template <Index planes>
void FormChanges::add_planes(AffineForms& y, Index to, Index n, const double* weights) const {
  constexpr int lanes = kernels::native_lanes<double>;
  Index i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes)
    add_vectors<planes, Doubles<lanes>, 2>(*this, y, to + i, n, weights + i);
  for_each_vector(
      i, n, [&]<class V>(V, Index at) { add_vectors<planes, V, 1>(*this, y, to + at, n, weights + at); });
}

void FormChanges::add_to(AffineForms& y, Index to, Index n, const double* weights) const {
  switch (y.planes()) {
    case 3:  // no variables: the image itself
      return add_planes<3>(y, to, n, weights);
    case 4:  // gray
      return add_planes<4>(y, to, n, weights);
    case 5:  // two gray pixels
      return add_planes<5>(y, to, n, weights);
    case 6:  // colours
      return add_planes<6>(y, to, n, weights);
  }
  for (Index p = 0; p < y.planes(); ++p) add_plane(p, y, to, n, weights);
}

// Of many variables a pixel has few, so most planes add nothing.
void FormChanges::add_plane(Index p, AffineForms& y, Index to, Index n, const double* weights) const {
  if (std::ranges::all_of(channels_, [&](Index channel) { return change(p, channel) == 0; })) return;
  const bool noise = p >= y.planes() - 2;
  for_each_vector(0, n, [&]<class V>(V sum, Index first) {
    kernels::load(sum, y.plane(p) + to + first);
    for (const Index channel : channels_) {
      V weight;
      kernels::load(weight, weights + channel * n + first);
      sum += change(p, channel) * (noise ? FormVector<V>::absolute(weight) : weight);
    }
    kernels::store(sum, y.plane(p) + to + first);
  });
}

void FormChanges::add_one(Index channel, double weight, AffineForms& y, Index to) const {
  const Index noise = y.planes() - 2;
  for (Index p = 0; p < y.planes(); ++p)
    y.plane(p)[to] += change(p, channel) * (p < noise ? weight : std::abs(weight));
}

}  // namespace voronet::plan
