#include <voronet/core/autograd.h>
#include <voronet/core/spread_batch.h>

#include <utility>

namespace voronet {
namespace {

thread_local SumOverProcesses present_sum;

}  // namespace

SpreadBatch::SpreadBatch(SumOverProcesses sum) : before_(std::exchange(present_sum, std::move(sum))) {}
SpreadBatch::~SpreadBatch() { present_sum = std::move(before_); }

Tensor batch_sum(const Tensor& x) {
  if (!present_sum) return x;
  return record("batch_sum", batch_sums({x}).front(),
                {{x, [](const Step& s) { return batch_sum(s.gradient()); }}});
}

Tensors batch_sums(const Tensors& xs) {
  if (!present_sum) return xs;
  std::vector<double> message;
  for (const Tensor& x : xs) {
    const std::vector<double> values = x.to_vector();
    message.insert(message.end(), values.begin(), values.end());
  }
  present_sum(message);
  Tensors sums;
  auto next = message.cbegin();
  for (const Tensor& x : xs) {
    sums.push_back(from({next, next + x.size()}, x.shape(), x.dtype()));
    next += x.size();
  }
  return sums;
}

}  // namespace voronet
