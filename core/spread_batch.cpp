#include <voronet/core/autograd.h>
#include <voronet/core/spread_batch.h>

#include <utility>

namespace voronet {
namespace {

thread_local SumOverProcesses sum_of_thread;

}  // namespace

SpreadBatch::SpreadBatch(SumOverProcesses sum) : before_(std::exchange(sum_of_thread, std::move(sum))) {}
SpreadBatch::~SpreadBatch() { sum_of_thread = std::move(before_); }

const SumOverProcesses& present_sum() { return sum_of_thread; }

Tensor batch_sum(const Tensor& x, const SumOverProcesses& sum) {
  if (!sum) return x;
  return record("batch_sum", batch_sums({x}, sum).front(),
                {{x, [sum](const Step& s) { return batch_sum(s.gradient(), sum); }}});
}

Tensors batch_sums(const Tensors& xs, const SumOverProcesses& sum) {
  if (!sum) return xs;
  std::vector<double> message;
  for (const Tensor& x : xs) {
    const std::vector<double> values = x.to_vector();
    message.insert(message.end(), values.begin(), values.end());
  }
  sum(message);
  Tensors sums;
  auto next = message.cbegin();
  for (const Tensor& x : xs) {
    sums.push_back(from({next, next + x.size()}, x.shape(), x.dtype()));
    next += x.size();
  }
  return sums;
}

}  // namespace voronet
