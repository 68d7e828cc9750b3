// Each check passes on what is right, and fails on what is a little wrong.
#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/heads/duq.h>
#include <voronet/theory/certificates.h>
#include <voronet/theory/derivative_checks.h>

#include <doctest/doctest.h>

namespace voronet {
namespace {

// The verdict of the only check that was made.
bool passes(const Checks& checks, const std::string& name) {
  REQUIRE(checks.all().size() == 1);
  CHECK(checks.all()[0].name == name);
  return checks.all()[0].ok();
}

// With the true adjoint times this factor.
bool adjoint_passes(double factor) {
  Random random(1);
  const Conv2dOptions conv{.stride = 2, .padding = 1};
  const Tensor weight = normal({3, 2, 3, 3}, 0, 1, random, Dtype::f64),
               x = normal({1, 6, 6, 2}, 0, 1, random, Dtype::f64),
               y = normal({1, 3, 3, 3}, 0, 1, random, Dtype::f64);
  Checks checks;
  check_adjoint(
      checks,
      {[&](const Tensor& in) { return conv2d(in, weight, conv); },
       [&](const Tensor& out) { return factor * conv2d_input_gradient(out, weight, conv, x.shape()); }},
      x, y);
  return passes(checks, "adjoint");
}

bool steepest_slope_passes(double factor) {
  Checks checks;
  check_steepest_slope(checks, 0.7, factor * largest_gauss_slope(0.7));
  return passes(checks, "gauss-slope");
}

bool softmax_jacobian_passes(double factor) {
  Checks checks;
  const Tensor tie = from({1, 1, -50}, {1, 3}, Dtype::f64);  // between two classes the norm is 1/2
  check_softmax_jacobian(
      checks, [=](const Tensor& x) { return factor * softmax(x); }, tie);
  return passes(checks, "softmax-jacobian");
}

// For features where the confidence of a class is steepest.
bool confidence_slopes_pass(Head& head, const Tensor& features, double factor) {
  std::vector<double> limits = largest_slopes(head.form());
  for (double& limit : limits) limit *= factor;
  Checks checks;
  check_confidence_slopes(checks, head, features, limits);
  return passes(checks, "confidence-slope");
}

TEST_CASE("an adjoint that is off by a billionth fails") {
  CHECK(adjoint_passes(1));
  CHECK_FALSE(adjoint_passes(1 + 1e-9));
}

TEST_CASE("a steepest slope that is off by a millionth fails") {
  CHECK(steepest_slope_passes(1));
  CHECK_FALSE(steepest_slope_passes(1 + 1e-6));
  CHECK_FALSE(steepest_slope_passes(1 - 1e-6));
}

TEST_CASE("a softmax that is steeper by a millionth fails") {
  CHECK(softmax_jacobian_passes(1));
  CHECK_FALSE(softmax_jacobian_passes(1 + 1e-6));
}

TEST_CASE("confidences of either head that are steeper than said fail") {
  Random random(1);
  GaussHead gauss(1, 2, random);
  gauss.to(Dtype::f64);
  gauss.weight.assign(from({0, 10}, {2, 1}));
  gauss.gamma.assign(from({0.5, 2}, {2}));
  const Tensor steepest = from({1, 9.5}, {2, 1}, Dtype::f64);  // at 1 / sqrt(2 gamma) from each
  CHECK(confidence_slopes_pass(gauss, steepest, 1));
  CHECK_FALSE(confidence_slopes_pass(gauss, steepest, 0.999));

  DuqHead duq(1, 2, random, {.gamma = 0.5});
  duq.to(Dtype::f64);
  duq.weight.assign(from({1, 2}, {1, 2, 1}));
  duq.counts.assign(ones({2}));
  duq.sums.assign(from({0, 8}, {1, 2}));
  const Tensor steepest_of_duq = from({1, 3.5}, {2, 1}, Dtype::f64);
  CHECK(confidence_slopes_pass(duq, steepest_of_duq, 1));
  CHECK_FALSE(confidence_slopes_pass(duq, steepest_of_duq, 0.999));
}

TEST_CASE("softmax has no limit of this kind") {
  Random random(1);
  CHECK_THROWS_WITH_AS(largest_slopes(SoftmaxHead(2, 2, random).form()),
                       "certificates: the head's logits are no squares of distances from centroids", Error);
}

TEST_CASE("a gradient that is wrong in one number fails, and inputs are put back") {
  const Tensor x = variable(from({1, 2, 3}, {3}, Dtype::f64));
  const auto loss = [&] { return sum(square(x)); };
  const Tensor right = grad(loss(), {x})[0].clone();
  Checks checks;
  check_loss_gradients(checks, loss, {x}, {right});
  CHECK(passes(checks, "loss-gradients"));
  CHECK(x.to_vector() == std::vector<double>{1, 2, 3});
  right.mutable_data<double>()[1] += 1e-6;
  check_loss_gradients(checks, loss, {x}, {right});
  CHECK_FALSE(passes(checks, "loss-gradients"));
}

}  // namespace
}  // namespace voronet
