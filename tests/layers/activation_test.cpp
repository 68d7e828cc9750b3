#include <voronet/layers/activation.h>
#include <voronet/layers/plan/inference_plan.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("activations act element by element, on any shape, and in plans") {
  const Tensor x = from({-2, 0, 0.5, 3}, {2, 2});
  ReLU relu;
  Tanh tanh;
  Sigmoid sigmoid;
  const std::vector<std::pair<Module*, double (*)(double)>> all = {
      {&relu, [](double v) { return std::max(v, 0.0); }},
      {&tanh, [](double v) { return std::tanh(v); }},
      {&sigmoid, [](double v) { return 1 / (1 + std::exp(-v)); }}};
  for (const auto& [layer, function] : all) {
    const Tensor y = (*layer)(x), planned = InferencePlan(*layer, {2}, 2).run(x);
    for (Index i = 0; i < 4; ++i) {
      CHECK(y.at(i) == doctest::Approx(function(x.at(i))).epsilon(1e-6));
      CHECK(planned.at(i) == y.at(i));
    }
    CHECK((*layer)(zeros({2, 3, 4})).shape() == Shape{2, 3, 4});
  }
}
