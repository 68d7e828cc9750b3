// Batches that are spread over processes: each has some of the images, and what is said of the whole batch
// (the statistics of batch normalisation, say) is added up over all of them.
#pragma once

#include <voronet/core/tensor.h>

#include <functional>
#include <span>

namespace voronet {

// Adds up each element over all processes, in place. All call it as often, with as many elements.
using SumOverProcesses = std::function<void(std::span<double>)>;

// While one lives, the batches that this thread records are this process's parts of larger ones; the sum must
// live until their gradients are computed. An empty sum changes nothing.
class SpreadBatch {
 public:
  explicit SpreadBatch(SumOverProcesses sum);
  ~SpreadBatch();
  SpreadBatch(const SpreadBatch&) = delete;
  SpreadBatch& operator=(const SpreadBatch&) = delete;

 private:
  SumOverProcesses before_;
};

// This thread's sum; empty where batches are not spread.
const SumOverProcesses& present_sum();

// x, added up over all processes that have a part of the batch; x itself where it is not spread. Its gradient
// is the sum of all processes' gradients: that of the sum of their objectives.
Tensor batch_sum(const Tensor& x, const SumOverProcesses& sum = present_sum());

// Several tensors, added up in one message, as constants.
Tensors batch_sums(const Tensors& xs, const SumOverProcesses& sum = present_sum());

}  // namespace voronet
