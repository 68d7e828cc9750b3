// Training on points of the plane: softmax beside Gauss, from the same start.
#include <voronet/core/autograd.h>
#include <voronet/data/points.h>
#include <voronet/data/synthetic.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/loss.h>
#include <voronet/optim/sgd.h>
#include <voronet/optim/training/parameter_groups.h>
#include <voronet/web/module.h>

#include <algorithm>
#include <memory>
#include <optional>

using namespace voronet;
using namespace voronet::web;

namespace {

constexpr Index points_a_batch = 32;
constexpr int warm_up = 40, slow_down = 160;  // epochs

// One network, by the rates and losses of the recipes softmax-points and ce-points
// (optim/training/recipe.cpp).
struct Trained {
  Classifier classifier;
  std::unique_ptr<Loss> loss = std::make_unique<SoftmaxLoss>();
  std::optional<Sgd> sgd = {};

  void begin(double rate) {
    std::vector<ParameterGroup> groups = parameter_groups(classifier, 1e-4);
    for (const auto& [name, tensor, bounds] : loss->parameters())
      groups.push_back({.parameters = {*tensor}, .weight_decay = 5e-3, .bounds = bounds});
    sgd.emplace(groups, SgdOptions{.rate = rate, .momentum = 0.9});
  }
  double step(const Tensor& x, const std::vector<int>& labels) {
    Tensors parameters = classifier.parameters();
    for (const State::Entry& entry : loss->parameters()) parameters.push_back(*entry.tensor);
    const Tensor value = (*loss)(classifier(x), labels);
    sgd->step(grad(value, parameters));
    return value.item();
  }
};

struct Training {
  Tensor points;  // (n, 2)
  std::vector<int> labels;
  std::vector<Trained> networks;  // softmax, Gauss
  Random order;
  int epoch = 0;
};

Classifier start_of(const data::Dataset& set, std::uint64_t seed) {
  Random random(seed);
  ClassifierConfig config{.model = "mlp",
                          .model_width = 32,
                          .embedding = 2,
                          .final_relu = false,
                          .classes = set.classes,
                          .mean = set.mean,
                          .deviation = set.deviation};
  config.take_inputs({2});
  return Classifier(config, random);
}

// The centroids take over: at the means of the features, as after a warm-up.
void take_over(Training& training) {
  Trained& gauss = training.networks[1];
  ClassifierConfig config = gauss.classifier.config();
  config.head = "gauss";
  Random random;
  gauss.classifier.replace_head(config, random);
  gauss.classifier.head().begin(gauss.classifier.features(training.points).detach(), training.labels);
  gauss.loss = make_loss("ce-2022", config.classes);
  gauss.begin(0.02);
}

}  // namespace

// Points (n, 2) of data/synthetic.h and their labels; returns the number of classes.
PAGE(make_points) int make_points(const char* name, int n, int seed, double* points, int* labels) {
  const data::Dataset set = data::synthetic(name, {.points = n, .seed = static_cast<std::uint64_t>(seed)});
  write(set.points, points);
  std::ranges::copy(set.labels, labels);
  return set.classes;
}

PAGE(start_training) Training* start_training(int n, const double* points, const int* labels, int seed) {
  const data::Dataset set = data::points("points", matrix(points, n, 2), labels_of(labels, n));
  auto training = std::make_unique<Training>();
  training->points = set.points.to(Dtype::f32);
  training->labels = set.labels;
  training->order = Random(static_cast<std::uint64_t>(seed), 1);
  for (int i = 0; i < 2; ++i) {
    training->networks.push_back({start_of(set, static_cast<std::uint64_t>(seed))});
    training->networks.back().begin(0.05);
  }
  return training.release();
}
PAGE(end_training) void end_training(Training* training) { delete training; }

// One pass over the points, in the same order for both; out: their mean losses, the shares that are right,
// and whether the Gauss network has its centroids yet.
PAGE(train_epoch) void train_epoch(Training* training, double* out) {
  if (training->epoch == warm_up) take_over(*training);
  if (training->epoch == slow_down) {
    training->networks[0].sgd->set_rate(0.005);
    training->networks[1].sgd->set_rate(0.002);
  }
  const Index n = training->points.dim(0);
  const std::vector<Index> order = training->order.permutation(n);
  std::fill_n(out, 5, 0.0);
  for (Index first = 0; first < n; first += points_a_batch) {
    std::vector<int> chosen, labels;
    for (Index i = first; i < std::min(n, first + points_a_batch); ++i) {
      chosen.push_back(static_cast<int>(order[i]));
      labels.push_back(training->labels[order[i]]);
    }
    const Tensor x = rows(training->points, chosen);
    for (std::size_t k = 0; k < 2; ++k)
      out[k] +=
          training->networks[k].step(x, labels) * static_cast<double>(labels.size()) / static_cast<double>(n);
  }
  const NoGrad scope;
  for (std::size_t k = 0; k < 2; ++k)
    out[2 + k] = share_right(training->networks[k].classifier(training->points), training->labels);
  out[4] = ++training->epoch > warm_up;
}

// As write_ground has it, in the plane of the points; in place of the nearest centroid the class.
PAGE(training_ground)
void training_ground(Training* training, int which, const double* window, int grid, std::uint8_t* out) {
  const NoGrad scope;
  constexpr double whole[6] = {0, 0, 1, 0, 0, 1};
  Classifier& classifier = training->networks[which].classifier;
  const Tensor logits = classifier(grid_points(whole, 2, window, grid).to(Dtype::f32));
  write_ground(logits, classifier.head().confidences(logits), argmax(logits), out);
}
