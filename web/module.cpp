// The library as the page calls it: flat arrays in, flat arrays out, compiled to WebAssembly by build.sh.
// Arrays are row-major, of doubles unless said. What the library throws reaches the page with the library's
// words.
//
// A softmax layer is W (c, d) and b (c); its centroids are z_k = alpha w_k + v for a shift v (d), lifted by
// one more coordinate (T2), so that they are (c, d + 1): where v solves T1's equations, all lifts are 0.
// Weights are not centred here: that moves v by alpha times their mean, and nothing else.
#include <voronet/attacks/proof/exact.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/data/points.h>
#include <voronet/data/synthetic.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/loss.h>
#include <voronet/optim/sgd.h>
#include <voronet/optim/training/parameter_groups.h>
#include <voronet/theory/centroid_checks.h>
#include <voronet/theory/distances.h>
#include <voronet/theory/k_means.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <optional>
#include <sstream>
#include <typeinfo>

using namespace voronet;

// Under its own name, for the page.
#define PAGE(name) extern "C" __attribute__((export_name(#name)))

namespace {

Tensor matrix(const double* values, Index rows, Index columns) {
  return from({values, values + rows * columns}, {rows, columns}, Dtype::f64);
}

Tensor vector(const double* values, Index n) { return reshape(matrix(values, 1, n), {n}); }

void write(const Tensor& x, double* out) { std::ranges::copy(x.to_vector(), out); }

std::vector<int> labels_of(const int* labels, Index n) { return {labels, labels + n}; }

// The page's centroids of a softmax layer, right or moved away, in the library's terms.
SoftmaxCentroids claimed(const double* centroids, Index c, Index d, double alpha) {
  SoftmaxCentroids z;
  z.centroids = matrix(centroids, c, d + 1);
  z.alpha = alpha;
  z.lifted = true;
  return z;
}

// Points of a grid over a square of the plane origin + x u + y v, row by row from the top, in R^d.
Tensor grid_points(const double* plane, Index d, const double* window, Index grid) {
  std::vector<double> coordinates;
  const double step = window[2] / static_cast<double>(grid);
  for (Index row = 0; row < grid; ++row)
    for (Index column = 0; column < grid; ++column) {
      coordinates.push_back(window[0] + (static_cast<double>(column) + 0.5) * step);
      coordinates.push_back(window[1] + window[2] - (static_cast<double>(row) + 0.5) * step);
    }
  return matrix(plane, 1, d) +
         matmul(from(coordinates, {grid * grid, 2}, Dtype::f64), matrix(plane + d, 2, d));
}

// Of each point three bytes: class, its confidence in 255ths, nearest centroid.
void write_ground(const Tensor& logits, const Tensor& confidences, const std::vector<int>& nearest,
                  std::uint8_t* out) {
  const std::vector<int> classes = argmax(logits);
  const Index c = logits.dim(1);
  for (Index i = 0; i < logits.dim(0); ++i) {
    const double confidence = std::clamp(confidences.at(i * c + classes[i]), 0.0, 1.0);
    *out++ = static_cast<std::uint8_t>(classes[i]);
    *out++ = static_cast<std::uint8_t>(std::lround(255 * confidence));
    *out++ = static_cast<std::uint8_t>(nearest[i]);
  }
}

double share_right(const Tensor& logits, const std::vector<int>& labels) {
  const std::vector<int> classes = argmax(logits);
  double right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += classes[i] == labels[i];
  return right / static_cast<double>(labels.size());
}

LinearForm linear(const double* w, const double* b, Index c, Index d) {
  return {matrix(w, c, d), vector(b, c)};
}
CentroidForm gauss(const double* z, const double* gamma, Index c, Index d) {
  return {matrix(z, c, d), vector(gamma, c)};
}

Settings settings_of(const char* lines) {
  Settings settings;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);)
    settings[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
  return settings;
}

}  // namespace

PAGE(allocate) void* allocate(std::size_t bytes) { return std::malloc(bytes); }
PAGE(release) void release(void* memory) { std::free(memory); }

// Nothing is caught on the way: what is thrown, an Error, goes to the page, which throws it on (module.js).
extern "C" __attribute__((noreturn, import_module("page"), import_name("fail"))) void fail(const char* words);
extern "C" void* __cxa_allocate_exception(std::size_t bytes) { return std::malloc(bytes); }
extern "C" [[noreturn]] void __cxa_throw(void* thrown, std::type_info*, void (*)(void*)) {
  fail(static_cast<std::exception*>(thrown)->what());
}

// --- The plane of features.

// The shift v (d) that T1 asks for: out is v, then whether it solves T1's equations for every bias (1) or the
// lift is needed (0), their error, whether all centroids are equally far from a point -p (1), and p (d).
PAGE(shift) void shift(int c, int d, const double* w, const double* b, double alpha, double* out) {
  const Tensor weight = matrix(w, c, d);
  const SoftmaxCentroids z = softmax_centroids(weight, vector(b, c), {.alpha = alpha});
  write(z.shift - alpha * mean(weight, {0}), out);
  out[d] = z.lifted ? 0 : 1;
  out[d + 1] = z.residual;
  out[d + 2] = z.centre ? 1 : 0;
  if (z.centre) write(*z.centre, out + d + 3);
}

// A direction at right angles to all differences of weights, of length 1, in which v may move: (d), or 0.
PAGE(null_direction) void null_direction(int c, int d, const double* w, double* out) {
  const SoftmaxCentroids z = softmax_centroids(matrix(w, c, d));
  Tensor longest = zeros({d}, Dtype::f64);
  double most = 1e-6;
  for (Index i = 0; i < d; ++i) {
    std::vector<double> axis(d);
    axis[i] = 1;
    const Tensor free = orthogonal_to_weight(z, from(axis, {d}, Dtype::f64));
    if (const double length = std::sqrt(sum(square(free)).item()); length > most) {
      most = length;
      longest = free / length;
    }
  }
  write(longest, out);
}

// T2 for any v: out (c, d + 1).
PAGE(lifted)
void lifted(int c, int d, const double* w, const double* b, double alpha, const double* v, double* out) {
  const Tensor weight = matrix(w, c, d), moved = matrix(v, 1, d);
  const Tensor s = vector(b, c) + alpha / 2 * sum(square(weight), {1}) + sum(weight * moved, {1});
  const Tensor heights = sqrt(2 * alpha * (max(s, 0) - s));
  write(concat({alpha * weight + moved, reshape(heights, {c, 1})}, 1), out);
}

// Of centroids z (c, d + 1), which may be wrong, and points (n, d) with labels: out is
// 0 T1's residual: by how much logits and -|x - z_k|^2 / (2 alpha) differ, up to a constant for each point
// 1 points whose nearest centroid is not the class of the largest logit, ties aside
// 2 the k-means objective, each point with its nearest centroid   3 the least that moving a point costs (T3)
// 4..7 cross-entropy's four terms (T4), means   8 cross-entropy itself
// 9 how much the largest |z_k + p| is above the smallest, and 10 the largest   11 the share that is right
PAGE(softmax_facts)
void softmax_facts(int c, int d, const double* w, const double* b, double alpha, const double* centroids,
                   const double* p, int n, const double* points, const int* labels, double* out) {
  const NoGrad scope;
  const SoftmaxCentroids z = claimed(centroids, c, d, alpha);
  const Tensor x = matrix(points, n, d), logits = linear(w, b, c, d).logits(x),
               squares = squared_distances(x, z);
  const std::vector<int> own = labels_of(labels, n), assigned = nearest(x, z);
  const Tensor difference = logits + squares / (2 * alpha);
  out[0] = max(reshape(abs(difference - mean(difference, {1}, Dims::keep)), {-1}), 0).item();
  out[1] = static_cast<double>(mismatches(logits, assigned, 1e-8));
  out[2] = k_means_objective(placed(x, z), z.centroids, assigned);
  const Tensor costs = flip_costs(x, z, assigned),
               others = costs + 1e300 * one_hot(assigned, c, Dtype::f64);  // but its own class
  out[3] = -max(reshape(-others, {-1}), 0).item();
  const CrossEntropyParts parts = cross_entropy_parts(x, z, softmax(logits));
  const Tensor chosen = one_hot(own, c, Dtype::f64);
  out[4] = mean(sum(parts.own * chosen, {1})).item();
  out[5] = mean(parts.mean).item();
  out[6] = mean(parts.variance).item();
  out[7] = mean(parts.entropy).item();
  out[8] = -mean(sum(log_softmax(logits) * chosen, {1})).item();
  const Tensor centre = vector(p, d);
  out[9] = spread(z, centre);
  out[10] = sqrt(max(sum(square(z.centroids + placed(reshape(centre, {1, d}), z)), {1}), 0)).item();
  out[11] = share_right(logits, own);
}

// 0 points whose nearest centroid is not the class   1 the k-means objective   2 the share that is right
PAGE(gauss_facts)
void gauss_facts(int c, int d, const double* z, const double* gamma, int n, const double* points,
                 const int* labels, double* out) {
  const NoGrad scope;
  const CentroidForm form = gauss(z, gamma, c, d);
  const Tensor x = matrix(points, n, d), logits = form.logits(x);
  const std::vector<int> assigned = nearest(x, form.centroids);
  out[0] = static_cast<double>(mismatches(logits, assigned, 0));
  out[1] = k_means_objective(x, form.centroids, assigned);
  out[2] = share_right(logits, labels_of(labels, n));
}

// window: left, bottom, side; plane: origin and two directions (3, d); out: grid x grid x 3 bytes
// (write_ground).
PAGE(softmax_ground)
void softmax_ground(int c, int d, const double* w, const double* b, double alpha, const double* centroids,
                    const double* plane, const double* window, int grid, std::uint8_t* out) {
  const NoGrad scope;
  const Tensor x = grid_points(plane, d, window, grid), logits = linear(w, b, c, d).logits(x);
  write_ground(logits, softmax(logits), nearest(x, claimed(centroids, c, d, alpha)), out);
}
PAGE(gauss_ground)
void gauss_ground(int c, int d, const double* z, const double* gamma, const double* plane,
                  const double* window, int grid, std::uint8_t* out) {
  const NoGrad scope;
  const Tensor squares = squared_distances(grid_points(plane, d, window, grid), matrix(z, c, d));
  const Tensor logits = -vector(gamma, c) * squares;
  write_ground(logits, exp(logits), argmax(-squares), out);
}

// Logits and confidences (n, c) of points (n, d).
PAGE(softmax_at)
void softmax_at(int c, int d, const double* w, const double* b, int n, const double* points, double* logits,
                double* confidences) {
  const NoGrad scope;
  const Tensor l = linear(w, b, c, d).logits(matrix(points, n, d));
  write(l, logits);
  write(softmax(l), confidences);
}
PAGE(gauss_at)
void gauss_at(int c, int d, const double* z, const double* gamma, int n, const double* points, double* logits,
              double* confidences) {
  const NoGrad scope;
  const Tensor l = gauss(z, gamma, c, d).logits(matrix(points, n, d));
  write(l, logits);
  write(exp(l), confidences);
}

// What the k-means objective rises by when one point (d) moves to each class (T3): (c).
PAGE(move_costs)
void move_costs(int c, int d, double alpha, const double* centroids, const double* point, double* out) {
  const NoGrad scope;
  const SoftmaxCentroids z = claimed(centroids, c, d, alpha);
  const Tensor x = matrix(point, 1, d);
  write(flip_costs(x, z, nearest(x, z)), out);
}

// A step of k-means: each centroid (c, columns) to the mean of the points (n, columns) nearest it; one
// without points stays.
PAGE(k_means_step) void k_means_step(int c, int columns, double* centroids, int n, const double* points) {
  const NoGrad scope;
  const Tensor x = matrix(points, n, columns);
  const Tensor chosen = one_hot(nearest(x, matrix(centroids, c, columns)), c, Dtype::f64);
  const Tensor sums = matmul(chosen, x, {.a = true}), counts = sum(chosen, {0});
  for (Index k = 0; k < c; ++k)
    for (Index j = 0; j < columns && counts.at(k) > 0; ++j)
      centroids[k * columns + j] = sums.at(k * columns + j) / counts.at(k);
}

// --- Networks.

namespace {

struct Network {
  Classifier classifier;
  std::shared_ptr<const ProvableNetwork> provable = nullptr;  // made when it is asked for
};

}  // namespace

// Settings as "key=value" lines (ClassifierConfig), and all parameters and buffers in the order of state(),
// floats.
PAGE(network) Network* network(const char* settings, const float* values, int count) {
  Random random;
  auto made = std::make_unique<Network>(Network{Classifier(from_settings(settings_of(settings)), random)});
  State state = made->classifier.state();
  Index used = 0;
  for (const auto* entries : {&state.parameters, &state.buffers})
    for (const State::Entry& entry : *entries) {
      const Index size = entry.tensor->size();
      require(used + size <= count, "network: ", count, " values are too few");
      std::copy_n(values + used, size, entry.tensor->mutable_data<float>());
      used += size;
    }
  require(used == count, "network: ", count, " values, of which it takes ", used);
  made->classifier.eval();
  return made.release();
}

// Its head's W and b (0 without one), or z and gamma: (c, d) and (c).
PAGE(head) void head(Network* network, double* rows, double* numbers) {
  const HeadForm form = network->classifier.head().form();
  if (const auto* of = std::get_if<LinearForm>(&form)) {
    write(of->weight, rows);
    write(of->bias.defined() ? of->bias : zeros({of->weight.dim(0)}), numbers);
  } else {
    const auto& centroids = std::get<CentroidForm>(form);
    write(centroids.centroids, rows);
    write(centroids.gamma, numbers);
  }
}

// Of inputs, bytes of n images or floats of n points in `inputs`: features (n, d), logits and confidences (n,
// c).
PAGE(predict)
void predict(Network* network, int n, const double* inputs, double* features, double* logits,
             double* confidences) {
  const NoGrad scope;
  Classifier& classifier = network->classifier;
  const Shape one = classifier.input_shape();
  const Tensor x = one.rank() == 1
                       ? matrix(inputs, n, one[0]).to(Dtype::f32)
                       : reshape(matrix(inputs, n, one.size()).to(Dtype::f32), {n, one[0], one[1], one[2]});
  const Tensor found = classifier.features(x), of = classifier.logits(found);
  write(found, features);
  write(of, logits);
  write(classifier.head().confidences(of), confidences);
}

// Every change of one pixel of a gray image, of the class `label`, which the network must give it. counts: of
// each pixel how many of its other values flip the class; facts: 0 flips in all, 1 pixels that have one, 2
// changes too near a tie for floats to tell, 3 whether it is certified that nothing flips, 4..6 a flip's
// pixel, value and class.
PAGE(exact) void exact(Network* network, const std::uint8_t* pixels, int label, int* counts, int* facts) {
  Classifier& classifier = network->classifier;
  const Shape one = classifier.input_shape();
  data::Images image{1, one[0], one[1], one[2], {pixels, pixels + one.size()}};
  if (network->provable == nullptr) network->provable = std::make_shared<const ProvableNetwork>(classifier);
  const AttackRow row =
      attack(Exact{.network = network->provable, .census = true}, classifier, image, 0, label);
  std::fill_n(counts, one[0] * one[1], 0);
  for (const WeakPixel& pixel : row.census->weak_pixels)
    counts[pixel.row * one[1] + pixel.column] = static_cast<int>(pixel.adversarial);
  facts[0] = static_cast<int>(row.census->adversarial());
  facts[1] = static_cast<int>(row.census->weak_pixels.size());
  facts[2] = static_cast<int>(row.proof->ties);
  facts[3] = row.proof->certified;
  facts[4] = row.pixels.empty() ? -1 : static_cast<int>(row.pixels[0].row * one[1] + row.pixels[0].column);
  facts[5] = row.pixels.empty() ? -1 : row.pixels[0].after[0];
  facts[6] = row.predicted;
}

// --- Training on points of the plane: softmax beside Gauss, from the same start.

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
