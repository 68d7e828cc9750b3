// Batches that are spread over processes: each has some of the images, and what is said of the whole batch
// (the statistics of batch normalisation, say) is added up over all of them.
#pragma once

#include <voronet/core/tensor.h>

#include <functional>
#include <span>

namespace voronet {

// Adds up each element over all processes, in place. All call it as often, with as many elements.
using SumOverProcesses = std::function<void(std::span<double>)>;

// While one lives, which is until the gradients are computed, the batches of this thread are this process's
// parts of larger ones. An empty sum changes nothing.
class SpreadBatch {
 public:
  explicit SpreadBatch(SumOverProcesses sum);
  ~SpreadBatch();
  SpreadBatch(const SpreadBatch&) = delete;
  SpreadBatch& operator=(const SpreadBatch&) = delete;

 private:
  SumOverProcesses before_;
};

// x, added up over all processes that have a part of the batch; x itself where it is not spread. Its gradient
// is the sum of all processes' gradients: that of the sum of their objectives.
Tensor batch_sum(const Tensor& x);

// The same of several tensors in one message, as constants.
Tensors batch_sums(const Tensors& xs);

}  // namespace voronet
