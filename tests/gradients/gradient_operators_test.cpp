// The registry of operators: every name that the library gives to record() has a sample here, whose gradients
// are checked to the second order. A new operator takes one line in samples().
#include <voronet/core/autograd.h>
#include <voronet/core/kernels/buffer.h>
#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/core/spread_batch.h>

#include <algorithm>
#include <set>

#include "gradients/gradient_check.h"
#include "support/source_files.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

Tensor any(const Shape& shape) {
  static Random random(7);
  return uniform(shape, -1.5, 1.5, random, Dtype::f64);
}

Tensor positive(const Shape& shape) { return any(shape) * 0.5 + 1.25; }  // 0.5 to 2

Positions positions(Index rows, const std::vector<std::int32_t>& values) {
  const auto count = static_cast<Index>(values.size());
  const kernels::Buffer<std::int32_t> copy(count);
  std::copy(values.begin(), values.end(), copy.data());
  return {rows, rows == 0 ? 0 : count / rows, copy.share()};
}

std::vector<Sample> samples() {
  using X = const Tensors&;
  const Tensor mask = from({1, 0, 0, 1, 1, 0}, {2, 3}, Dtype::f64);
  const Positions repeated = positions(2, {2, 0, 2, 1, 1, 0});
  const Shape image{2, 5, 6, 2}, weight{3, 2, 3, 2}, out{2, 3, 4, 3};
  const Conv2dOptions strided{.stride = 2, .padding = 1};
  const ChannelStatistics constants{any({3}), positive({3})};
  const Pool2dOptions overlapping{.size = 3, .stride = 2};
  return {
      {"add", {any({2, 3}), any({3})}, [](X x) { return x[0] + x[1]; }},
      {"subtract", {any({2, 1}), any({2, 3})}, [](X x) { return x[0] - x[1]; }},
      {"multiply", {any({2, 3}), any({2, 1})}, [](X x) { return x[0] * x[1]; }},
      {"divide", {any({3}), positive({2, 3})}, [](X x) { return x[0] / x[1]; }},
      {"maximum", {any({2, 3}), any({2, 1})}, [](X x) { return maximum(x[0], x[1]); }},
      {"minimum", {any({2, 3}), any({3})}, [](X x) { return minimum(x[0], x[1]); }},
      {"where", {any({2, 3}), any({3})}, [=](X x) { return where(mask, x[0], x[1]); }},
      {"exp", {any({2, 3})}, [](X x) { return exp(x[0]); }},
      {"log", {positive({2, 3})}, [](X x) { return log(x[0]); }},
      {"sqrt", {positive({2, 3})}, [](X x) { return sqrt(x[0]); }},
      {"abs", {any({2, 3})}, [](X x) { return abs(x[0]); }},
      {"pow", {positive({2, 3})}, [](X x) { return pow(x[0], -1.5); }},
      {"pow", {any({2, 3})}, [](X x) { return pow(x[0], 3); }},
      {"pow", {any({2, 3})}, [](X x) { return pow(x[0], 0); }},
      {"tanh", {any({2, 3})}, [](X x) { return tanh(x[0]); }},
      {"sigmoid", {any({2, 3})}, [](X x) { return sigmoid(x[0]); }},
      {"softplus", {any({2, 3})}, [](X x) { return softplus(x[0]); }},
      {"relu", {any({2, 3})}, [](X x) { return relu(x[0]); }},
      {"clamp", {any({2, 5})}, [](X x) { return clamp(x[0], -0.5, 1); }},
      {"log_softmax", {any({2, 4})}, [](X x) { return log_softmax(x[0]); }},
      {"sum",
       {any({2, 3, 4})},
       [](X x) {
         return sum(x[0], {0, 2});
       }},
      {"divide",
       {any({2, 3, 4})},
       [](X x) {
         return var(x[0], {0, 2});
       }},
      {"broadcast_to",
       {any({2, 1})},
       [](X x) {
         return broadcast_to(x[0], {3, 2, 2});
       }},
      {"gather", {any({2, 3, 2})}, [](X x) { return max(x[0], 1); }},
      {"multiply", {any({2, 3, 2})}, [](X x) { return min(x[0], 1); }},
      {"gather",
       {any({3, 2, 2})},
       [](X x) {
         return rows(x[0], std::vector<int>{2, 0, 2, 2});
       }},
      {"reshape",
       {any({2, 6})},
       [](X x) {
         return reshape(x[0], {2, 3, -1});
       }},
      {"transpose",
       {any({2, 3, 4})},
       [](X x) {
         return transpose(x[0], {2, 0, 1});
       }},
      {"slice", {any({3, 2})}, [](X x) { return slice(x[0], 0, 1, 3); }},
      {"slice", {any({2, 5})}, [](X x) { return slice(x[0], 1, 1, 4); }},
      {"pad", {any({2, 3})}, [](X x) { return pad(x[0], 1, 1, 2); }},
      {"concat", {any({2, 3}), any({2, 1}), any({2, 2})}, [](X x) { return concat(x, 1); }},
      {"concat",
       {any({2, 3}), any({2, 3})},
       [](X x) {
         return stack({x[0], x[1], x[0]}, -1);
       }},
      {"to", {any({2, 3})}, [](X x) { return x[0].clone(); }},
      {"gather",
       {any({2, 3})},
       [=](X x) {
         return gather(x[0], repeated, {2, 3});
       }},
      {"scatter_add",
       {any({2, 3})},
       [=](X x) {
         return scatter_add(x[0], repeated, {2, 4});
       }},
      {"matmul", {any({2, 3}), any({3, 4})}, [](X x) { return matmul(x[0], x[1]); }},
      {"matmul", {any({3, 2}), any({4, 3})}, [](X x) { return matmul(x[0], x[1], {.a = true, .b = true}); }},
      {"linear", {any({2, 3}), any({4, 3}), any({4})}, [](X x) { return linear(x[0], x[1], x[2]); }},
      {"linear", {any({2, 3}), any({4, 3})}, [](X x) { return linear(x[0], x[1], {}); }},
      {"conv2d", {any(image), any(weight)}, [=](X x) { return conv2d(x[0], x[1], strided); }},
      {"conv2d_tail",
       {any(image), any(weight), any({3})},
       [=](X x) { return conv2d(x[0], x[1], x[2], strided, {.max_pool = 2, .relu = true}); }},
      {"conv2d_tail", {any(image), any(weight)}, [=](X x) { return conv2d(x[0], x[1], Tensor(), strided); }},
      {"conv2d_input_gradient",
       {any(out), any(weight)},
       [=](X x) { return conv2d_input_gradient(x[0], x[1], strided, image); }},
      {"conv2d_input_gradient",
       {any(out), any(weight)},
       [](X x) { return conv_transpose2d(x[0], x[1], {.stride = 2, .padding = 1, .output_padding = 1}); }},
      {"conv2d_weight_gradient",
       {any(image), any(out)},
       [=](X x) { return conv2d_weight_gradient(x[0], x[1], strided, weight); }},
      {"batch_norm",
       {any({2, 3, 2, 3}), any({3}), any({3})},
       [](X x) { return batch_norm(x[0], channel_statistics(x[0]), x[1], x[2], {.training = true}); }},
      {"batch_norm",
       {any({4, 3}), any({3}), any({3}), any({4, 3})},
       [](X x) {
         return batch_norm(x[0], channel_statistics(x[0]), x[1], x[2],
                           {.training = true, .relu = true, .residual = x[3]});
       }},
      {"batch_norm",
       {any({2, 2, 2, 3}), any({3}), any({3})},
       [=](X x) { return batch_norm(x[0], constants, x[1], x[2], {.relu = true}); }},
      {"batch_sum", {any({2, 3})}, [](X x) { return batch_sum(x[0]); }},
      {"max_pool2d", {any(image)}, [=](X x) { return max_pool2d(x[0], overlapping); }},
      {"avg_pool2d", {any(image)}, [=](X x) { return avg_pool2d(x[0], overlapping); }},
      {"adaptive_avg_pool2d", {any(image)}, [=](X x) { return adaptive_avg_pool2d(x[0], 3, 4); }},
      {"adaptive_avg_pool2d_input_gradient",
       {any({2, 3, 4, 2})},
       [=](X x) { return adaptive_avg_pool2d_input_gradient(x[0], image); }},
      {"avg_pool2d_input_gradient",
       {any({2, 2, 2, 2})},
       [=](X x) { return avg_pool2d_input_gradient(x[0], overlapping, image); }},
  };
}

void doubled(std::span<double> values) {
  for (double& value : values) value *= 2;
}

std::set<std::string> registered_names() {
  std::set<std::string> names;
  for (const Sample& sample : samples()) names.insert(sample.name);
  return names;
}

}  // namespace

TEST_CASE("every operator's gradients agree with differences to the second order") {
  for (const Sample& sample : samples()) CHECK(gradient_mistake(sample) == "");
}

TEST_CASE("so do gradients through a batch of which another process has the same part") {
  const SpreadBatch scope(doubled);
  for (const Sample& sample : samples())
    if (sample.name.starts_with("batch_")) CHECK(gradient_mistake(sample) == "");
}

TEST_CASE("every operator's sample ends in the operator that it is named after") {
  const SpreadBatch scope(doubled);  // without, batch_sum has nothing to do
  for (const Sample& sample : samples()) {
    Tensors variables;
    for (const Tensor& input : sample.inputs) variables.push_back(variable(input));
    CHECK(autograd::operator_name(sample.function(variables)) == sample.name);
  }
}

TEST_CASE("every name that the library's sources record is registered") {
  const std::set<std::string> registered = registered_names();
  const auto recorded = find_in_sources(R"re(\brecord\(\s*"([^"]*)")re");
  CHECK(recorded.size() >= 20);
  for (const auto& [name, file] : recorded) {
    const std::string unsampled =
        text(file, " records ", name, ", which has no sample in tests/gradient_operators_test.cpp");
    INFO(unsampled);
    CHECK(registered.contains(name));
  }
}

TEST_CASE("no source file hides an operator's name from the registry") {
  // A call whose first argument is something else than a literal; not the declaration, not "record()" in
  // prose.
  for (const auto& [call, file] : find_in_sources(R"re(\brecord\(\s*(?!["\s)]|const char)([^,]*))re"))
    FAIL_CHECK(file << " calls record(" << call << ", ...)");
}
