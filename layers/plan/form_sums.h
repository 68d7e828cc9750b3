// Sums of affine forms.
#pragma once

#include <voronet/layers/plan/affine_forms.h>

#include <span>
#include <vector>

namespace voronet::plan {

// What forms side by side, a pixel's channels, add to sums: plane by plane, and which of them add anything.
class FormChanges {
 public:
  FormChanges(Index channels, Index planes) : size_(channels), values_(channels * planes) {}

  double* plane(Index p) { return values_.data() + p * size_; }
  double change(Index p, Index channel) const { return values_[p * size_ + channel]; }
  // The channels with a plane that is not 0, as they were when last looked for.
  std::span<const Index> channels() const { return channels_; }
  void find_channels();

  // Adds to n forms of y, from `to` on, all changes through their weights (channel, n): noise, the last two
  // planes, through the absolute ones.
  void add_to(AffineForms& y, Index to, Index n, const double* weights) const;
  // Adds to form `to` of y what one channel adds through its weight.
  void add_one(Index channel, double weight, AffineForms& y, Index to) const;

 private:
  template <Index planes>
  void add_planes(AffineForms& y, Index to, Index n, const double* weights) const;
  void add_plane(Index p, AffineForms& y, Index to, Index n, const double* weights) const;

  Index size_;
  std::vector<double> values_;
  std::vector<Index> channels_;
};

}  // namespace voronet::plan
