#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/batch_norm.h>
#include <voronet/layers/dropout.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/loss.h>
#include <voronet/layers/networks/lenet.h>
#include <voronet/layers/sequential.h>
#include <voronet/layers/spectral_norm.h>
#include <voronet/optim/training/batch_gradients.h>

#include <mutex>
#include <set>

#include "support/near.h"
#include "support/threads_are.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

constexpr Index images_in_batch = 70;  // pieces of 32, 32 and 6

// A small LeNet, a batch of noise, and the loss of a part of it.
struct Problem {
  explicit Problem(Dtype dtype) {
    net = lenet({.height = 16, .width = 16, .embedding = 3}, random);
    net->to(dtype);
    images = uniform({images_in_batch, 16, 16, 1}, 0, 1, random, dtype);
    for (Index i = 0; i < images_in_batch; ++i) labels.push_back(static_cast<int>(random.below(3)));
  }
  PieceLoss loss() const {
    return [this](Index first, Index last) {
      return cross_entropy((*net)(slice(images, 0, first, last)),
                           std::span(labels).subspan(first, last - first));
    };
  }
  BatchGradients gradients() const {
    return batch_gradients(*net, images_in_batch, loss(), net->parameters());
  }

  Random random{1};
  std::unique_ptr<Sequential> net;
  Tensor images;
  std::vector<int> labels;
};

using Pieces = std::set<std::pair<Index, Index>>;

// The pieces into which a batch for this network is cut.
Pieces pieces_of(Module& network) {
  Pieces pieces;
  std::mutex mutex;
  const Tensor x = variable(ones({1}));
  const auto loss = [&](Index first, Index last) {
    const std::lock_guard lock(mutex);
    pieces.emplace(first, last);
    return sum(x);
  };
  batch_gradients(network, images_in_batch, loss, {x});
  return pieces;
}

const Pieces whole = {{0, images_in_batch}};

template <class Layer, class... Arguments>
Sequential network_of(Arguments&&... arguments) {
  Sequential net;
  net.add("flatten", Flatten());
  net.add("layer", Layer(std::forward<Arguments>(arguments)...));
  return net;
}

}  // namespace

TEST_CASE("loss and gradients of a batch cut by images are the whole batch's") {
  const Problem problem(Dtype::f64);
  const Tensor loss = problem.loss()(0, images_in_batch);
  const Tensors expected = grad(loss, problem.net->parameters());
  const BatchGradients cut = problem.gradients();
  CHECK(cut.loss == doctest::Approx(loss.item()).epsilon(1e-13));
  REQUIRE(cut.gradients.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(distance(cut.gradients[i], expected[i]) < 1e-13);
}

TEST_CASE("gradients of a batch have the same bits for any number of threads") {
  const Problem problem(Dtype::f32);
  const BatchGradients one = with_threads(1, [&] { return problem.gradients(); });
  for (const int threads : {2, 3, 8}) {
    const BatchGradients more = with_threads(threads, [&] { return problem.gradients(); });
    CHECK(more.loss == one.loss);
    for (std::size_t i = 0; i < one.gradients.size(); ++i)
      CHECK(more.gradients[i].to_vector() == one.gradients[i].to_vector());
  }
}

TEST_CASE("a batch is cut unless a layer needs all of it") {
  Random random(1);
  auto linear = network_of<Linear>(4, 3, random);
  CHECK(pieces_of(linear) == Pieces{{0, 32}, {32, 64}, {64, images_in_batch}});
  auto dropout = network_of<Dropout>(0.5, random);
  CHECK(pieces_of(dropout) == whole);
  auto batch_norm = network_of<BatchNorm>(4);
  CHECK(pieces_of(batch_norm) == whole);
  limit_spectral_norms(linear, {1, 1, 4}, 1, random);
  CHECK(pieces_of(linear) == whole);
}

TEST_CASE("each gradient is told once, when it is the whole batch's") {
  const Problem problem(Dtype::f32);
  std::vector<Tensor> told(problem.net->parameters().size());
  const BatchGradients result =
      batch_gradients(*problem.net, images_in_batch, problem.loss(), problem.net->parameters(),
                      [&](std::size_t input, const Tensor& gradient) {
                        CHECK(!told[input].defined());
                        told[input] = gradient;
                      });
  for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i].to_vector() == result.gradients[i].to_vector());
}

TEST_CASE("what a piece throws comes out of the step, and no images are no batch") {
  const Problem problem(Dtype::f32);
  const auto loss = [](Index first, Index) -> Tensor { throw Error(text("piece from ", first)); };
  for (const int n : {1, 2}) {
    const ThreadsAre scope(n);
    CHECK_THROWS_WITH_AS(batch_gradients(*problem.net, images_in_batch, loss, problem.net->parameters()),
                         "piece from 0", Error);
  }
  CHECK_THROWS_WITH_AS(batch_gradients(*problem.net, 0, loss, problem.net->parameters()),
                       "batch_gradients: a batch of 0 images", Error);
}
