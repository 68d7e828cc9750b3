#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/activation.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/heads/duq.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/loss.h>
#include <voronet/layers/networks/residual_block.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/pooling.h>
#include <voronet/layers/sequential.h>
#include <voronet/theory/certificates.h>
#include <voronet/theory/derivative_checks.h>
#include <voronet/theory/lipschitz_checks.h>
#include <voronet/theory/operator_norm.h>
#include <voronet/theory/random_checks.h>
#include <voronet/theory/svd.h>
#include <voronet/theory/values.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

std::vector<int> random_labels(Index n, Index classes, Random& random) {
  std::vector<int> labels(n);
  for (Index i = 0; i < n; ++i) labels[i] = static_cast<int>(i < classes ? i : random.below(classes));
  return labels;
}

std::unique_ptr<Head> in_double(std::unique_ptr<Head> head) {
  head->to(Dtype::f64);
  return head;
}

// A head of f64, with random gamma where it has one a class.
std::unique_ptr<Head> random_head(Index features, Index classes, Random& random) {
  const Index kind = random.below(3);
  if (kind == 0) return in_double(std::make_unique<SoftmaxHead>(features, classes, random));
  if (kind == 1) return in_double(std::make_unique<DuqHead>(features, classes, random));
  auto gauss = std::make_unique<GaussHead>(features, classes, random, GaussOptions{.low = -1, .high = 1});
  gauss->gamma.assign(uniform({classes}, 0.2, 2, random));
  return in_double(std::move(gauss));
}

void check_data(Checks& checks, const BoundedMap& map, Head& head, Random& random) {
  check_lipschitz(checks, map, jacobian_norms(map.phi, map.points));
  check_certificates(checks, map, head, 2, random);
  if (head.confidence() == Head::Confidence::exponential)
    check_confidence_slopes(checks, head, map.phi(map.points).detach(), largest_slopes(head.form()));
}

// phi(x) = L Q x with a reflection Q: the bound L is exact in every direction. Features lie on lines between
// two centroids, where the certificate of a Gauss head is sharp: a step along the line takes from one
// distance what it adds to the other. That of a softmax head is sharp everywhere.
void check_reflection(Checks& checks, Random& random) {
  const Index d = between(2, 6, random), classes = between(2, 6, random), n = 2 * classes;
  const double l = random.uniform(0.5, 3);
  const Tensor v = normal({d, 1}, 0, 1, random, Dtype::f64);
  const Tensor map = l * (identity(d) - 2 / inner(v, v) * matmul(v, v, {.b = true}));
  const auto head = random_head(d, classes, random);
  const HeadForm form = head->form();
  const auto* own = std::get_if<CentroidForm>(&form);
  const Tensor z = own != nullptr ? own->centroids.detach() : normal({classes, d}, 0, 1, random, Dtype::f64);
  const std::vector<int> from_class = random_labels(n, classes, random);
  std::vector<int> to_class = from_class;  // others: on one centroid, points would differ by rounding alone
  for (int& k : to_class) k = static_cast<int>((k + 1 + random.below(classes - 1)) % classes);
  const Tensor ends = matmul(one_hot(from_class, classes, Dtype::f64), z),
               others = matmul(one_hot(to_class, classes, Dtype::f64), z);
  const Tensor at = uniform({n, 1}, 0, 1, random, Dtype::f64);
  const Tensor features = at * ends + (1 - at) * others;
  check_data(checks,
             {.phi = [map](const Tensor& x) { return matmul(x, map, {.b = true}); },
              .lipschitz = l,
              .points = matmul(features, map) / (l * l),  // the inverse of L Q is Q / L
              .labels = random_labels(n, classes, random)},
             *head, random);
}

// Convolution, ReLU, overlapping max-pool, a residual block with batch-norm, average, linear.
void check_small_network(Checks& checks, Random& random) {
  const Index channels = between(1, 3, random), side = between(6, 9, random), classes = between(2, 4, random),
              n = 3 * classes;
  Sequential net;
  net.add(Conv2d(channels, 3, 3, random, {.padding = 1}));
  net.add(ReLU());
  net.add(MaxPool2d({.size = 3, .stride = between(1, 3, random)}));
  const Index width = between(3, 5, random), stride = between(1, 2, random);
  net.add(BasicBlock(3, width, stride, random));
  net.add(GlobalAvgPool2d());
  net.add(Linear(net(zeros({2, side, side, channels})).dim(1), 4, random));
  net.to(Dtype::f64);
  const Tensor images = uniform({n, side, side, channels}, 0, 1, random, Dtype::f64);
  net(images);  // batch-norm takes its statistics from them
  net.eval();
  const Lipschitz bounds = lipschitz(graph_of(net, {side, side, channels}));
  check_step_norms(checks, bounds);
  const auto head = random_head(4, classes, random);
  check_data(checks,
             {.phi = [&](const Tensor& x) { return net(x); },
              .lipschitz = bounds.total.bound,
              .points = images,
              .labels = random_labels(n, classes, random)},
             *head, random);
}

}  // namespace

void check_random_convolution(Checks& checks, Random& random) {
  const Index in = between(1, 3, random), out = between(1, 4, random), kernel = between(1, 3, random),
              height = between(3, 6, random), width = between(3, 6, random);
  const Conv2dOptions conv{.stride = between(1, 3, random), .padding = between(0, 2, random)};
  const Tensor weight = normal({out, in, kernel, kernel}, 0, 1, random, Dtype::f64);

  const Shape domain{1, height, width, in};
  const Tensor dense = dense_convolution(weight, height, width, conv);
  const double exact = svd(dense).s[0],
               power =
                   convolution_norm(weight, height, width, conv, {.tolerance = 1e-9, .iterations = 200000})
                       .norm,
               bound = convolution_norm_bound(weight, height, width, conv);
  checks.trial("power-is-svd", "power iteration finds a convolution's largest singular value",
               std::abs(power / exact - 1), 1e-6);
  checks.trial("svd-below-bound", "a convolution's norm is not above the bound by Fourier transform", exact,
               bound);

  const LinearMap map{[&](const Tensor& x) { return conv2d(x, weight, conv); },
                      [&](const Tensor& y) { return conv2d_input_gradient(y, weight, conv, domain); }};
  const Tensor x = normal(domain, 0, 1, random, Dtype::f64),
               y = normal(map.forward(x).shape(), 0, 1, random, Dtype::f64);
  check_adjoint(checks, map, x, y);
}

void check_random_slopes(Checks& checks, Random& random) {
  const double gamma = std::exp(random.uniform(-3, 3));
  check_steepest_slope(checks, gamma, largest_gauss_slope(gamma));
  const Index classes = between(2, 10, random);
  check_softmax_jacobian(
      checks, [](const Tensor& x) { return softmax(x); },
      normal({4, classes}, 0, random.uniform(0, 5), random, Dtype::f64));
}

void check_random_loss_gradients(Checks& checks, Random& random) {
  const Index n = 3, classes = 4;
  const auto labels = random_labels(n, classes, random);
  for (const char* name : {"softmax", "tailored-2020", "tailored-2020-cifar100", "tailored-2020-07",
                           "tailored-2020-07-cifar100", "bce-2022", "ce-2022"}) {
    const auto loss = make_loss(name, classes, Dtype::f64);
    State state;
    loss->describe(state);
    // Of a Gauss head: logits are not positive.
    Tensors inputs = {variable(uniform({n, classes}, -4, -0.1, random, Dtype::f64))};
    for (const State::Entry& entry : state.parameters) inputs.push_back(*entry.tensor);
    const auto value = [&] { return (*loss)(inputs[0], labels); };
    check_loss_gradients(checks, value, inputs, grad(value(), inputs));
  }
}

void check_random_networks(Checks& checks, Random& random) {
  check_reflection(checks, random);
  check_small_network(checks, random);
}

}  // namespace voronet
