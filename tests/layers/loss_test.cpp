#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/heads/head.h>
#include <voronet/layers/loss.h>

#include <cmath>

#include "support/near.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// Three points, two classes: logits of a Gauss head at the gamma of its class.
constexpr int points = 3, classes = 2;
const double l[points][classes] = {{-0.2, -1.5}, {-3, -0.7}, {-0.4, -0.3}};
const std::vector<int> labels = {0, 1, 0};

Tensor logits(Dtype dtype = Dtype::f64) {
  return from({l[0][0], l[0][1], l[1][0], l[1][1], l[2][0], l[2][1]}, {points, classes}, dtype);
}

double target(int n, int k) { return labels[static_cast<std::size_t>(n)] == k ? 1 : 0; }

// The mean of f(n, k) over points and classes.
template <class F>
double mean_of(const F& f) {
  double total = 0;
  for (int n = 0; n < points; ++n)
    for (int k = 0; k < classes; ++k) total += f(n, k);
  return total / (points * classes);
}

double mse(double scale) {
  return mean_of([&](int n, int k) { return std::pow(std::exp(scale * l[n][k]) - target(n, k), 2); });
}

double value(const std::string& name) {
  return (*make_loss(name, classes, Dtype::f64))(logits(), labels).item();
}

// Sets the loss's only parameter.
void set_parameter(Loss& loss, const std::vector<double>& values) {
  State state;
  loss.describe(state);
  state.parameters.at(0).tensor->assign(from(values, {classes}, Dtype::f64));
}

const std::vector<std::string> names = {"softmax",          "tailored-2020",
                                        "tailored-2020-07", "tailored-2020-cifar100",
                                        "bce-2022",         "tailored-2020-07-cifar100",
                                        "ce-2022",          "duq"};

}  // namespace

TEST_CASE("cross-entropy is the mean of -log softmax at the label") {
  double expected = 0;
  for (int n = 0; n < points; ++n)
    expected += std::log(std::exp(l[n][0]) + std::exp(l[n][1])) - l[n][labels[static_cast<std::size_t>(n)]];
  CHECK(value("softmax") == doctest::Approx(expected / points).epsilon(1e-14));
  // No overflow for large logits.
  CHECK(cross_entropy(from({1000, -1000}, {1, 2}), std::vector<int>{1}).item() == 2000);
}

TEST_CASE("the tailored losses are weighted squared errors at several temperatures") {
  const double three = .95 * mse(1. / 4) + .68 * mse(1) + .38 * mse(4);
  CHECK(value("tailored-2020") == doctest::Approx(mse(1. / 16) + three).epsilon(1e-14));
  CHECK(value("tailored-2020-cifar100") == doctest::Approx(three).epsilon(1e-14));
  CHECK(value("tailored-2020-07") == doctest::Approx(mse(1. / 32) + mse(1)).epsilon(1e-14));
  CHECK(value("tailored-2020-07-cifar100") == doctest::Approx(mse(1. / 16) + mse(1)).epsilon(1e-14));
}

TEST_CASE("bce-2022 is binary cross-entropy at gamma2 plus the mean squared distance at the label") {
  BceLoss loss(classes, Dtype::f64);
  CHECK(loss.gamma2.to_vector() == std::vector<double>{0.9, 0.9});
  const std::vector<double> gamma2 = {0.3, 0.8};
  set_parameter(loss, gamma2);
  const double expected = mean_of([&](int n, int k) {
    const double y = target(n, k), p = std::exp(gamma2[static_cast<std::size_t>(k)] * l[n][k]);
    return -y * std::log(p) - (1 - y) * std::log(1 - p) - y * l[n][k];
  });
  CHECK(loss(logits(), labels).item() == doctest::Approx(expected).epsilon(1e-14));
}

TEST_CASE("ce-2022 is cross-entropy with the other logits weakened plus the weakened distance at the label") {
  CeLoss loss(classes, Dtype::f64);
  CHECK(loss.delta.to_vector() == std::vector<double>{0.9, 0.9});
  const std::vector<double> delta = {0.3, 0.8};
  set_parameter(loss, delta);
  double expected = 0;
  for (int n = 0; n < points; ++n) {
    const auto y = static_cast<std::size_t>(labels[static_cast<std::size_t>(n)]), other = 1 - y;
    const double own = l[n][y], weakened = delta[other] * l[n][other];
    expected += std::log(std::exp(own) + std::exp(weakened)) - own - delta[y] * own;
  }
  CHECK(loss(logits(), labels).item() == doctest::Approx(expected / points).epsilon(1e-14));
}

TEST_CASE("DUQ's loss is binary cross-entropy of the confidences, also where they are hardly above 0") {
  const double expected = mean_of([&](int n, int k) {
    const double y = target(n, k), p = std::exp(l[n][k]);
    return -y * std::log(p) - (1 - y) * std::log(1 - p);
  });
  CHECK(value("duq") == doctest::Approx(expected).epsilon(1e-14));
  CHECK(DuqLoss()(from({-2000, -2000}, {1, 2}), std::vector<int>{1}).item() == 1000);
}

TEST_CASE("losses name their parameters with the bounds of the authors' clamps") {
  const auto only = [](Loss& loss) {
    State state;
    loss.describe(state);
    return state.parameters.at(0);
  };
  BceLoss bce(3);
  CHECK(only(bce).name == "gamma2");
  CHECK(only(bce).bounds.low == 0.1);
  CHECK(only(bce).bounds.high == 0.9);
  CeLoss ce(3);
  CHECK(only(ce).name == "delta");
  CHECK(only(ce).bounds.low == 0.001);
  CHECK(only(ce).bounds.high == 0.9);
}

TEST_CASE("a point on a centroid has a finite loss and finite gradients") {
  Random random(1);
  for (const std::string& name : names) {
    for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
      CAPTURE(name);
      GaussHead head(3, 4, random);
      head.to(dtype);
      const auto loss = make_loss(name, 4, dtype);
      State own;
      loss->describe(own);
      const Tensor x = variable(head.weight.clone());  // each on a centroid, three of four on a wrong one
      Tensors inputs{x, head.weight, head.gamma};
      for (const auto& entry : own.parameters) inputs.push_back(*entry.tensor);
      const Tensor value = (*loss)(head(x), std::vector<int>{0, 0, 0, 0});
      CHECK(all_finite(value));
      for (const Tensor& gradient : grad(value, inputs)) CHECK(all_finite(gradient));
    }
  }
}

TEST_CASE("f32 and f64 agree for every loss") {
  for (const std::string& name : names) {
    CAPTURE(name);
    const Tensor single = (*make_loss(name, classes))(logits(Dtype::f32), labels);
    CHECK(single.dtype() == Dtype::f32);
    CHECK(single.item() == doctest::Approx(value(name)).epsilon(1e-6));
  }
}

TEST_CASE("losses refuse labels that do not fit the logits, and unknown names") {
  for (const std::string& name : names) {
    const auto loss = make_loss(name, classes, Dtype::f64);
    CHECK_THROWS_AS((*loss)(logits(), std::vector<int>{0, 1}), const Error&);
    CHECK_THROWS_AS((*loss)(logits(), std::vector<int>{0, 1, 2}), const Error&);
    CHECK_THROWS_AS((*loss)(logits(), std::vector<int>{0, 1, -1}), const Error&);
    CHECK_THROWS_AS((*loss)(zeros({0, 2}, Dtype::f64), std::vector<int>{}), const Error&);
  }
  try {
    make_loss("hinge", 10);
    FAIL("no exception");
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK(message.find("no loss is called hinge") != std::string::npos);
    for (const std::string& name : names) CHECK(message.find(name) != std::string::npos);
  }
}

TEST_CASE("the gradient penalty is the mean squared difference of each image's slope norm from 1") {
  // outputs = x^2 a: the slope of image n in element i is 2 x_ni a_i.
  const std::vector<double> at = {0.3, -0.5, 1.2, 0.7}, a = {0.8, -1.1};
  const Tensor x = variable(from(at, {2, 2}, Dtype::f64)), weight = variable(from(a, {2}, Dtype::f64));
  double expected = 0;
  for (std::size_t n = 0; n < 2; ++n)
    expected += std::pow(std::hypot(2 * at[2 * n] * a[0], 2 * at[2 * n + 1] * a[1]) - 1, 2) / 2;
  const auto penalty = [&](const Tensor& w) { return gradient_penalty(square(x) * w, x); };
  CHECK(penalty(weight).item() == doctest::Approx(expected).epsilon(1e-10));

  const Tensor gradient = grad(penalty(weight), {weight})[0];
  for (std::size_t i = 0; i < 2; ++i) {
    const auto moved = [&](double by) {
      auto values = a;
      values[i] += by;
      return penalty(from(values, {2}, Dtype::f64)).item();
    };
    CHECK(gradient.at(static_cast<Index>(i)) ==
          doctest::Approx((moved(1e-6) - moved(-1e-6)) / 2e-6).epsilon(1e-7));
  }
}

TEST_CASE("an image whose features are all dead has a penalty of 1 and finite gradients") {
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    const Tensor x = variable(full({2, 3}, -1, dtype)), weight = variable(ones({3}, dtype));
    const Tensor penalty = gradient_penalty(relu(x * weight), x);
    CHECK(penalty.item() == doctest::Approx(1).epsilon(1e-5));
    CHECK(all_finite(grad(penalty, {weight})[0]));
  }
}
