#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/spread_batch.h>
#include <voronet/layers/heads/duq.h>
#include <voronet/layers/initialize.h>

namespace voronet {
namespace {

constexpr double first_count = 10, first_deviation = 0.05;

}  // namespace

DuqHead::DuqHead(Index features, Index classes, Random& random, DuqOptions options)
    : counts(full({classes}, first_count)), gamma_(options.gamma) {
  const Index size = options.centroid_size == 0 ? features : options.centroid_size;
  require(features >= 1 && size >= 1, "DuqHead: ", features, " features and centroids of ", size,
          " numbers, at least 1 is needed");
  require(gamma_ > 0, "DuqHead: gamma ", gamma_, " is not positive");
  weight = kaiming_normal({size, classes, features}, random);
  sums = normal({size, classes}, 0, first_deviation, random) * counts;
}

void DuqHead::describe(State& state) {
  state.parameter("W", weight);
  state.buffer("m", sums);
  state.buffer("N", counts);
}

ClassSpaceForm DuqHead::class_spaces() const { return {weight, sums / counts, gamma_}; }

void DuqHead::after_step(const Tensor& features, std::span<const int> labels) {
  const NoGrad scope;
  require(features.dim(0) == static_cast<Index>(labels.size()), "DuqHead: features ", features.shape(),
          " do not match ", labels.size(), " labels");
  const Tensor members = one_hot(labels, weight.dim(1), weight.dtype());
  const Tensor own =
      class_spaces().in_spaces(features) * reshape(members, {members.dim(0), 1, members.dim(1)});
  const Tensors batch = batch_sums({sum(members, {0}), sum(own, {0})});
  counts.assign(momentum * counts + (1 - momentum) * batch[0]);
  sums.assign(momentum * sums + (1 - momentum) * batch[1]);
}

}  // namespace voronet
