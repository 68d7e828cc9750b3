#include <voronet/apps/bench/case.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/loss.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/inference_plan.h>
#include <voronet/optim/sgd.h>
#include <voronet/optim/training/batch_gradients.h>

#include <numeric>

namespace voronet {
namespace {

// What a network computes, step by step, with nothing fused.
PlanGraph unfused_graph(Classifier& net) {
  PlanBuilder builder(net.input_shape(), Dtype::f32);
  const PlanValue result = net.plan(builder, builder.input());
  return std::move(builder).finish(result);
}

std::vector<kernels::Conv2dSizes> convolutions_of(const PlanGraph& graph, Index n) {
  std::vector<kernels::Conv2dSizes> all;
  for (const PlanStep& step : graph.steps) {
    if (step.kind != PlanKind::convolution) continue;
    const Shape &x = graph.shape(step.input), &weight = step.weight.shape();
    all.push_back({n, x[0], x[1], x[2], weight[0], weight[2], weight[3], step.stride, step.padding});
  }
  return all;
}

// For n images.
double forward_flop(const PlanGraph& graph, Index n) {
  double sum = 0;
  for (const auto& sizes : convolutions_of(graph, n)) sum += flop_of(sizes);
  for (const PlanStep& step : graph.steps)
    if (step.kind == PlanKind::linear) sum += 2 * static_cast<double>(n * step.weight.size());
  return sum;
}

// Backward, each layer costs twice its forward; but nobody asks for the gradient of the images.
double training_flop(const PlanGraph& graph, Index n) {
  return 3 * forward_flop(graph, n) - flop_of(convolutions_of(graph, n).front());
}

// A network and images of noise.
struct Setup {
  Setup(const MakeNetwork& make, Index batch)
      : net(make()), images(uniform(batch_shape(batch, net.input_shape()), 0, 1, random)) {
    for (Index i = 0; i < batch; ++i) labels.push_back(static_cast<int>(random.below(net.config().classes)));
  }

  Random random{1};
  Classifier net;
  Tensor images;
  std::vector<int> labels;
};

// Steps with batches of these sizes: forward, loss, all gradients, update. The first, which have to get their
// memory, are not timed.
void train(benchmark::State& state, const MakeNetwork& make, const std::vector<Index>& batches) {
  Setup setup(make, bench_train_batch);
  Sgd sgd(setup.net.parameters(), {.rate = 0.01, .momentum = 0.9, .weight_decay = 5e-4});
  const auto loss = [&](Index first, Index last) {
    return cross_entropy(setup.net(slice(setup.images, 0, first, last)),
                         std::span(setup.labels).subspan(first, last - first));
  };
  const auto steps = [&] {
    for (const Index n : batches)
      sgd.step(batch_gradients(setup.net, n, loss, setup.net.parameters()).gradients);
  };
  steps();
  for (auto _ : state) steps();
  const Index images = std::accumulate(batches.begin(), batches.end(), Index{0});
  state.SetItemsProcessed(state.iterations() * images);
  count_flop(state, training_flop(unfused_graph(setup.net), images));
}

void infer(benchmark::State& state, const MakeNetwork& make) {
  Setup setup(make, bench_infer_batch);
  const InferencePlan plan(setup.net, setup.net.input_shape(), bench_infer_batch);
  plan.run(setup.images);
  for (auto _ : state) benchmark::DoNotOptimize(plan.run(setup.images).data<float>());
  state.SetItemsProcessed(state.iterations() * bench_infer_batch);
  count_flop(state, forward_flop(unfused_graph(setup.net), bench_infer_batch));
}

}  // namespace

std::vector<std::string> bench_networks() { return {"lenet", "resnet18", "vgg16"}; }

ClassifierConfig bench_config(const std::string& network) {
  if (network == "lenet") return {.model = network, .embedding = 84};
  return {.model = network, .model_width = 64, .height = 32, .width = 32, .channels = 3};
}

std::vector<kernels::Conv2dSizes> convolutions_of(const std::string& network, Index n) {
  Random random(1);
  Classifier net(bench_config(network), random);
  return convolutions_of(unfused_graph(net), n);
}

double flop_of(const kernels::Conv2dSizes& s) {
  return 2 * static_cast<double>(s.n * s.out_h() * s.out_w() * s.o * s.c * s.kh * s.kw);
}

data::Images noise(Index n, const Shape& image, Random& random) {
  data::Images images{n, image[0], image[1], image[2], {}};
  for (Index i = 0; i < n * image.size(); ++i)
    images.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
  return images;
}

MakeNetwork fresh(const std::string& network) {
  return [=] {
    Random random(1);
    return Classifier(bench_config(network), random);
  };
}

BenchCase train_case(const std::string& name, const MakeNetwork& make) {
  return {name, [=](benchmark::State& state) { train(state, make, {bench_train_batch}); }};
}

BenchCase infer_case(const std::string& name, const MakeNetwork& make) {
  return {name, [=](benchmark::State& state) { infer(state, make); }};
}

std::vector<BenchCase> network_cases() {
  std::vector<BenchCase> cases;
  for (const std::string& name : bench_networks()) {
    cases.push_back(train_case(name + "_train", fresh(name)));
    cases.push_back(infer_case(name + "_infer", fresh(name)));
  }
  // Whose last batch is smaller, as an epoch's is.
  cases.push_back(
      {"resnet18_epoch", [](benchmark::State& state) {
         train(state, fresh("resnet18"), {bench_train_batch, bench_train_batch, bench_smaller_batch});
       }});
  return cases;
}

std::vector<BenchCase> cases_of(const MakeNetwork& make) {
  const Shape image = make().input_shape();
  std::vector<BenchCase> cases = {train_case("train", make), infer_case("infer", make)};
  if (image.rank() == 3)
    for (BenchCase& one : attack_cases(make, image[2])) cases.push_back(std::move(one));
  return cases;
}

}  // namespace voronet
