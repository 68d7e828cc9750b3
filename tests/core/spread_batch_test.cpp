#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/core/spread_batch.h>
#include <voronet/layers/batch_norm.h>
#include <voronet/layers/heads/duq.h>

#include <thread>

#include "ranks/thread_team.h"
#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// Runs work(rank, from, to) on each of some ranks that spread a batch: its rows from..to-1, ever more a rank.
template <class Work>
void spread(int ranks, const Work& work) {
  run_team(ranks, [&](ranks::Team& team) {
    const SpreadBatch scope([&](std::span<double> values) { team.sum(values); });
    const Index rank = team.rank();
    work(rank, rank * (rank + 1) / 2, (rank + 1) * (rank + 2) / 2);
  });
}

// Batch normalisation's output, its gradients for a random objective, and those of their squares' sum.
struct Results {
  Tensor y, dx, dweight, dbias, second;
};

Results normalise(const Tensor& rows, const Tensor& weights, const Tensor& cotangent, bool create_graph) {
  const Tensor x = variable(rows), weight = variable(slice(weights, 0, 0, 1)),
               bias = variable(slice(weights, 0, 1, 2));
  const auto channels = [](const Tensor& t) { return reshape(t, {-1}); };
  const Tensor y = batch_norm(x, channel_statistics(x), channels(weight), channels(bias),
                              {.training = true, .relu = true, .residual = 0.3 * x});
  const Tensors first = grad(y, {x, weight, bias}, {.create_graph = create_graph, .cotangents = {cotangent}});
  Results results{y.detach(), first[0].detach(), first[1].detach(), first[2].detach(), {}};
  if (create_graph) results.second = grad(sum(square(first[0])), {x})[0];
  return results;
}

}  // namespace

TEST_CASE("without a spread batch sums are the values themselves") {
  const Tensor x = from({1, 2}, {2});
  CHECK(batch_sum(x).to_vector() == std::vector<double>{1, 2});
  CHECK(batch_sums({x, x})[1].to_vector() == std::vector<double>{1, 2});
  const SpreadBatch scope({});
  CHECK(batch_sum(x).to_vector() == std::vector<double>{1, 2});
}

TEST_CASE("a batch's sums, their gradients and the gradients of these come from all ranks") {
  spread(3, [](Index rank, Index, Index) {
    const double own = 1 + static_cast<double>(rank);
    const Tensor x = variable(from({own, 10}, {2}, Dtype::f64));
    const Tensor total = batch_sum(square(x));
    CHECK(total.to_vector() == std::vector<double>{1 + 4 + 9, 300});
    // Each rank's objective is a third of the sum's cube; all three depend on each x.
    const Tensor objective = sum(total * total * total) / 3;
    const Tensor dx = grad(objective, {x}, {.create_graph = true})[0];
    CHECK(dx.at(0) == 3 * 14 * 14 * 2 * own);
    // d/dx_r of the sum over ranks q of 6 s^2 x_q, with s the sum of squares.
    const double sum_x = 1 + 2 + 3;
    const Tensor second = grad(sum(slice(dx, 0, 0, 1)), {x})[0];
    CHECK(second.at(0) == 6 * 14 * 14 + 6 * 2 * 14 * 2 * own * sum_x);
  });
}

TEST_CASE("batch normalisation over the ranks' parts is that over the whole batch, gradients included") {
  Random random(1);
  const Index n = 6, channels = 5;  // parts of 1, 2 and 3 images
  const Tensor x = normal({n, 3, 2, channels}, 4, 2, random, Dtype::f64),
               weights = normal({2, channels}, 1, 1, random, Dtype::f64),
               cotangent = normal(x.shape(), 0, 1, random, Dtype::f64);
  for (const bool create_graph : {false, true}) {
    const Results whole = normalise(x, weights, cotangent, create_graph);
    std::vector<Results> parts(3);
    spread(3, [&](Index rank, Index from, Index to) {
      parts[static_cast<std::size_t>(rank)] =
          normalise(slice(x, 0, from, to), weights, slice(cotangent, 0, from, to), create_graph);
    });
    for (Index rank = 0, from = 0; rank < 3; from += ++rank) {
      const Results& part = parts[static_cast<std::size_t>(rank)];
      CHECK(distance(part.y, slice(whole.y, 0, from, from + rank + 1)) < 1e-12);
      CHECK(distance(part.dx, slice(whole.dx, 0, from, from + rank + 1)) < 1e-12);
      if (create_graph) CHECK(distance(part.second, slice(whole.second, 0, from, from + rank + 1)) < 1e-11);
    }
    CHECK(distance(parts[0].dweight + parts[1].dweight + parts[2].dweight, whole.dweight) < 1e-12);
    CHECK(distance(parts[0].dbias + parts[1].dbias + parts[2].dbias, whole.dbias) < 1e-12);
  }
}

TEST_CASE("running statistics and DUQ's averages follow the whole batch on every rank") {
  Random random(2);
  const Tensor x = normal({6, 2, 2, 4}, 1, 3, random), features = normal({6, 4}, 0, 1, random);
  const std::vector<int> labels = {0, 1, 2, 2, 1, 0};
  BatchNorm whole(4);
  whole(x);
  Random same(3);
  DuqHead duq(4, 3, same);
  const Tensor sums_before = duq.sums.clone();
  duq.after_step(features, labels);
  CHECK(duq.sums.to_vector() != sums_before.to_vector());
  spread(3, [&](Index, Index from, Index to) {
    BatchNorm part(4);
    part(slice(x, 0, from, to));
    CHECK(distance(part.running_mean, whole.running_mean) < 1e-6);
    CHECK(distance(part.running_var, whole.running_var) < 1e-6);
    Random again(3);
    DuqHead head(4, 3, again);
    head.after_step(slice(features, 0, from, to), std::span(labels).subspan(from, to - from));
    CHECK(distance(head.sums, duq.sums) < 1e-6);
    CHECK(distance(head.counts, duq.counts) < 1e-6);
  });
}

TEST_CASE(
    "gradients are sums over the ranks also when they are asked for after the batch's scope, on any thread") {
  const SumOverProcesses twice = [](std::span<double> values) {
    for (double& value : values) value *= 2;  // two ranks with the same part
  };
  Random random(4);
  const Tensor rows = normal({4, 3}, 1, 2, random, Dtype::f64),
               weights = normal({2, 3}, 1, 1, random, Dtype::f64),
               cotangent = normal({4, 3}, 0, 1, random, Dtype::f64);
  for (const bool create_graph : {false, true}) {
    const Tensor x = variable(rows), y = variable(rows);
    const auto normalised = [&](const Tensor& input) {
      return batch_norm(input, channel_statistics(input), slice(weights, 0, 0, 1).storage_view({3}),
                        slice(weights, 0, 1, 2).storage_view({3}), {.training = true});
    };
    const auto gradient = [&](const Tensor& of, const Tensor& input) {
      return grad(of, {input}, {.create_graph = create_graph, .cotangents = {cotangent}})[0];
    };
    Tensor expected, output, late, total;
    {
      const SpreadBatch scope(twice);
      expected = gradient(normalised(x), x);
      output = normalised(y);
      total = batch_sum(square(y));
    }
    std::thread([&] { late = gradient(output, y); }).join();
    CHECK(late.to_vector() == expected.to_vector());
    CHECK(distance(gradient(total, y), 2 * 2 * y.detach() * cotangent) < 1e-12);
  }
}
