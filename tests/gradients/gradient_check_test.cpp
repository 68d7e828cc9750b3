#include "gradients/gradient_check.h"

#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/functions.h>

#include <limits>

#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// x^3 a, recorded with the given derivative in x.
template <class Derivative>
Sample planted(const Derivative& derivative) {
  const auto cube = [derivative](const Tensors& in) {
    const Tensor &x = in[0], &a = in[1], plain = x.detach();
    return record("planted", plain * plain * plain * a.detach(),
                  {{x, [=](const Step& s) { return s.gradient() * derivative(x) * a; }},
                   {a, [=](const Step& s) { return s.gradient() * x * x * x; }}});
  };
  return {"planted",
          {from({0.5, -1.5, 2, 0.25}, {2, 2}, Dtype::f64), from({1, 2, 3, 4}, {2, 2}, Dtype::f64)},
          cube};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("the gradient check accepts the right rule") {
  CHECK(gradient_mistake(planted([](const Tensor& x) { return 3 * square(x); })) == "");
}

TEST_CASE("the gradient check reports a wrong rule, with the place and both values") {
  const std::string mistake = gradient_mistake(planted([](const Tensor& x) { return 3 * abs(x); }));
  CHECK(contains(mistake, "planted, first order: input 0 of shape (2, 2), element 0: the gradient is "));
  CHECK(contains(mistake, " but differences give "));
}

TEST_CASE("the gradient check reports a rule that is wrong by one part in 100,000") {
  CHECK(contains(gradient_mistake(planted([](const Tensor& x) { return 3.00003 * square(x); })),
                 "first order"));
}

TEST_CASE("the gradient check reports a rule whose value is right but which cannot be differentiated again") {
  CHECK(contains(gradient_mistake(planted([](const Tensor& x) { return 3 * square(x.detach()); })),
                 "planted, second order: input 0"));
}

TEST_CASE("the gradient check reports NaN") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(contains(gradient_mistake(planted([=](const Tensor& x) { return nan * x; })), "first order"));
}
