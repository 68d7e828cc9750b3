#include <voronet/core/autograd.h>
#include <voronet/core/memory.h>
#include <voronet/core/operators.h>
#include <voronet/core/parallel.h>
#include <voronet/core/random.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/loss.h>
#include <voronet/optim/sgd.h>

#include "support/plain.h"
#include "support/sanitized.h"
#include "support/skip.h"
#include <doctest/doctest.h>
#include <sys/resource.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

using namespace voronet;
using namespace voronet::test;

namespace {

// A small network's parameters, trained in place.
Tensors make_parameters(Random& random) {
  return {variable(normal({4, 1, 3, 3}, 0, 0.3, random)), variable(normal({16, 3}, 0, 0.3, random)),
          variable(zeros({3}))};
}

Tensor loss(const Tensors& p, const Tensor& images, const std::vector<int>& labels) {
  const Tensor features = max_pool2d(relu(conv2d(images, p[0])));
  const Tensor logits = matmul(reshape(features, {images.dim(0), -1}), p[1]) + p[2];
  return -mean(gather(log_softmax(logits), at_labels(labels, 3), {images.dim(0)}));
}

void descend(const Tensors& parameters, const Tensors& gradients, double rate) {
  const NoGrad scope;
  for (std::size_t i = 0; i < parameters.size(); ++i)
    parameters[i].assign(parameters[i] - rate * gradients[i]);
}

}  // namespace

TEST_CASE("after a training loop no tensor and no node is alive that was not alive before") {
  Random random(3);
  const Tensors parameters = make_parameters(random);
  const Tensor images = normal({5, 6, 6, 1}, 0, 1, random);
  const std::vector<int> labels{0, 1, 2, 0, 1};
  const auto buffers = memory::statistics().live_buffers;
  const Index nodes = autograd::live_nodes();
  double first = 0, last = 0;
  for (int step = 0; step < 20; ++step) {
    const Tensor value = loss(parameters, images, labels);
    (step == 0 ? first : last) = value.item();
    descend(parameters, grad(value, parameters), 0.1);
  }
  CHECK(last < first);
  CHECK(memory::statistics().live_buffers == buffers);
  CHECK(autograd::live_nodes() == nodes);
}

TEST_CASE("gradients of gradients leave nothing behind either") {
  Random random(3);
  const Tensors parameters = make_parameters(random);
  const Tensor images = normal({5, 6, 6, 1}, 0, 1, random);
  const auto buffers = memory::statistics().live_buffers;
  const Index nodes = autograd::live_nodes();
  for (int step = 0; step < 3; ++step) {
    const Tensor value = loss(parameters, images, {0, 1, 2, 0, 1});
    const Tensors slopes = grad(value, parameters, {.create_graph = true});
    Tensor penalty = value;
    for (const Tensor& slope : slopes) penalty = penalty + sum(square(slope));
    descend(parameters, grad(penalty, parameters), 0.1);
  }
  CHECK(memory::statistics().live_buffers == buffers);
  CHECK(autograd::live_nodes() == nodes);
}

TEST_CASE("a training step after the first two takes no memory from the system") {
  if (!recycling) return skipped("this build recycles no memory");
  Random random(3);
  const Tensors parameters = make_parameters(random);
  const Tensor images = normal({5, 6, 6, 1}, 0, 1, random);
  const auto step = [&] {
    descend(parameters, grad(loss(parameters, images, {0, 1, 2, 0, 1}), parameters), 0.1);
  };
  memory::release_cached();  // what other tests' threads left is up to chance
  step();
  step();  // the first may have put small tensors into buffers that larger ones need
  const auto allocations = memory::statistics().system_allocations;
  for (int i = 0; i < 5; ++i) step();
  CHECK(memory::statistics().system_allocations == allocations);
}

TEST_CASE("nor does a ResNet's, with its statistics, shortcuts and transformed weights") {
  if (!recycling) return skipped("this build recycles no memory");
  const int before = threads();
  set_threads(1);  // with more, how many pieces of scratch memory are in use at a time is up to chance
  memory::release_cached();  // so is what other tests' threads left
  Random random(3);
  Classifier net({.model = "resnet18", .model_width = 16, .height = 16, .width = 16, .channels = 3}, random);
  Sgd sgd(net.parameters(), {.rate = 0.01, .momentum = 0.9});
  const Tensor images = uniform({4, 16, 16, 3}, 0, 1, random);
  const std::vector<int> labels = {0, 1, 2, 0};
  const auto step = [&] { sgd.step(grad(cross_entropy(net(images), labels), net.parameters())); };
  step();
  step();
  const auto allocations = memory::statistics().system_allocations;
  for (int i = 0; i < 3; ++i) step();
  CHECK(memory::statistics().system_allocations == allocations);
  set_threads(before);
}

namespace {

// Training of LeNet on one thread: with more, how many pieces of scratch memory are in use at a time is up to
// chance.
class LeNetTraining {
 public:
  LeNetTraining() {
    set_threads(1);
    memory::release_cached();  // what other tests' threads left is up to chance too
  }
  ~LeNetTraining() { set_threads(threads_before_); }
  LeNetTraining(const LeNetTraining&) = delete;
  LeNetTraining& operator=(const LeNetTraining&) = delete;

  void step(Index n) {
    const std::vector<int> labels(static_cast<std::size_t>(n), 3);
    sgd_.step(grad(cross_entropy(net_(images_.storage_view({n, 28, 28, 1})), labels), net_.parameters()));
  }
  void evaluate(Index n) {
    const NoGrad scope;
    net_(images_.storage_view({n, 28, 28, 1}));
  }

 private:
  int threads_before_ = threads();
  Random random_{3};
  Classifier net_{{}, random_};
  Sgd sgd_{net_.parameters(), {.rate = 0.01, .momentum = 0.9}};
  Tensor images_ = uniform({400, 28, 28, 1}, 0, 1, random_);
};

long page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

}  // namespace

TEST_CASE("a smaller last batch, and evaluation, take no memory that the whole batches do not leave") {
  if (!recycling) return skipped("this build recycles no memory");
  memory::release_cached();
  LeNetTraining training;
  for (int i = 0; i < 3; ++i) training.step(128);
  const auto held = memory::statistics().held_bytes;
  for (int epoch = 0; epoch < 2; ++epoch) {
    training.step(80);
    for (int i = 0; i < 2; ++i) training.step(128);
  }
  CHECK(memory::statistics().held_bytes == held);
  training.evaluate(400);
  const auto with_evaluation = memory::statistics().held_bytes;
  for (int epoch = 0; epoch < 2; ++epoch) {
    for (int i = 0; i < 2; ++i) training.step(128);
    training.step(80);
    training.evaluate(400);
  }
  CHECK(memory::statistics().held_bytes == with_evaluation);
}

#ifdef __GLIBC__
TEST_CASE("steps of training touch no new memory, in the pool or out of it") {
  if (sanitized || plain_build) return skipped("this build takes memory from the system each time");
  mallopt(M_MMAP_THRESHOLD,
          1 << 16);  // what is not from the pool and larger than this comes as new pages each time
  LeNetTraining training;
  for (int i = 0; i < 2; ++i) training.step(128);
  const long before = page_faults();
  for (int i = 0; i < 8; ++i) training.step(128);
  CHECK(page_faults() - before < 8 * 10);
  mallopt(M_MMAP_THRESHOLD, 1 << 17);
}
#endif
