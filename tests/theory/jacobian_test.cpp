#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/core/random.h>
#include <voronet/layers/networks/lenet.h>
#include <voronet/theory/jacobian.h>

#include <algorithm>
#include <cmath>

#include "support/authors_networks.h"
#include "support/sanitized.h"
#include <doctest/doctest.h>

namespace voronet {
namespace {

// Power iteration on the graph, however few the features are.
const JacobianOptions by_power{.most_rows = 0, .power = {.tolerance = 1e-6, .iterations = 2000}};
const JacobianOptions by_rows{.power = {.tolerance = 1e-6}};

TEST_CASE("the Jacobian norm of a linear map is its matrix's norm, everywhere") {
  Random random(1);
  const Tensor matrix = normal({6, 4}, 0, 1, random, Dtype::f64),
               x = normal({3, 6}, 0, 1, random, Dtype::f64);
  const auto phi = [&](const Tensor& p) { return matmul(p, matrix); };
  for (const JacobianOptions& way : {by_rows, by_power}) {
    const auto norms = jacobian_norms(phi, x, way);
    REQUIRE(norms.size() == 3);
    for (const double norm : norms) {
      CHECK(norm == doctest::Approx(matrix_norm_bound(matrix)).epsilon(1e-5));
      CHECK(norm <= matrix_norm_bound(matrix));
    }
  }
}

TEST_CASE("each point has its own Jacobian") {
  // x -> (x0^2, x0 x1): rows (2 x0, 0) and (x1, x0).
  const auto phi = [](const Tensor& p) { return slice(p, 1, 0, 1) * p; };
  const Tensor x = from({1, 0, 0, 5, 0, 0}, {3, 2}, Dtype::f64);
  for (const JacobianOptions& way : {by_rows, by_power}) {
    const auto norms = jacobian_norms(phi, x, way);
    CHECK(norms[0] == doctest::Approx(2));
    CHECK(norms[1] == doctest::Approx(5));
    CHECK(norms[2] == 0);  // all derivatives are 0
  }
}

TEST_CASE("both ways agree on a convolutional network, in any batches, and leave no graph alive") {
  Random random(2);
  const auto net = lenet({28, 28, 1, 10, true}, random);
  net->to(Dtype::f64);
  net->eval();
  const auto phi = [&](const Tensor& p) { return (*net)(p); };
  const Tensor images = uniform({5, 28, 28, 1}, 0, 1, random, Dtype::f64);
  const Index nodes = autograd::live_nodes();
  JacobianOptions rows = by_rows, power = by_power;
  rows.batch = 2;
  power.batch = 3;
  const auto expected = jacobian_norms(phi, images, by_rows);
  const auto of_batches = jacobian_norms(phi, images, rows), of_power = jacobian_norms(phi, images, power);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(expected[i] > 0);
    CHECK(of_batches[i] == doctest::Approx(expected[i]).epsilon(1e-9));
    CHECK(of_power[i] == doctest::Approx(expected[i]).epsilon(1e-5));
  }
  CHECK(autograd::live_nodes() == nodes);
}

TEST_CASE("no points, and maps that do not make features, are refused") {
  const auto same = [](const Tensor& p) { return p; };
  CHECK_THROWS_WITH_AS(jacobian_norms(same, zeros({0, 2})), "jacobian: points (0, 2) in batches of 100",
                       Error);
  CHECK_THROWS_WITH_AS(jacobian_norms(same, zeros({1, 2, 2})),
                       "jacobian: points (1, 2, 2) became (1, 2, 2), not n x features", Error);
}

TEST_CASE("the authors' networks have the published largest Jacobian norms") {
  const auto authors = test::authors_networks();
  if (!authors) return;
  for (const auto& [head, published] : {std::pair{"softmax", 19.0}, std::pair{"gauss", 26.0}}) {
    Classifier net = authors->load(head);
    net.to(Dtype::f64);
    net.eval();
    const auto norms = jacobian_norms([&](const Tensor& x) { return net.features(x); },
                                      authors->first(test::sanitized ? 50 : 1000, Dtype::f64));
    const double largest = *std::max_element(norms.begin(), norms.end());
    if (!test::sanitized) CHECK(std::round(largest) == published);
  }
}

}  // namespace
}  // namespace voronet
