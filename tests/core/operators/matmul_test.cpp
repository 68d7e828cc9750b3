#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/matmul.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/core/random.h>

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  double largest = 0;
  for (Index i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a.at(i) - b.at(i)));
  return largest;
}

// A random matrix that is (rows, columns) after transposition.
Tensor factor(Index rows, Index columns, bool transposed, Random& random) {
  return normal(transposed ? Shape{columns, rows} : Shape{rows, columns}, 0, 1, random, Dtype::f64);
}

}  // namespace

TEST_CASE("matmul multiplies") {
  const Tensor a = from({1, 2, 3, 4, 5, 6}, {2, 3}), b = from({1, 0, 2, -1, 0, 3}, {3, 2});
  const Tensor c = matmul(a, b);
  CHECK(c.shape() == Shape{2, 2});
  CHECK(c.to_vector() == std::vector<double>{5, 7, 14, 13});
}

TEST_CASE("matmul reads a transposed factor in place, and so do its gradients of both orders") {
  Random random(3);
  for (const bool ta : {false, true})
    for (const bool tb : {false, true}) {
      CAPTURE(ta);
      CAPTURE(tb);
      const Tensor a = variable(factor(3, 4, ta, random)), b = variable(factor(4, 5, tb, random));
      const Tensor weight = normal({3, 5}, 0, 1, random, Dtype::f64);
      const Tensor direct = matmul(a, b, {.a = ta, .b = tb});
      const Tensor copied = matmul(ta ? transpose(a) : a, tb ? transpose(b) : b);
      CHECK(largest_difference(direct, copied) == 0);

      // The square makes second gradients that reach both factors through both rules.
      const auto gradients = [&](const Tensor& c) {
        const Tensors first = grad(sum(c * c * weight), {a, b}, {.create_graph = true});
        const Tensors second = grad(sum(first[0] * first[0]) + sum(first[1]), {a, b});
        return Tensors{first[0], first[1], second[0], second[1]};
      };
      const Tensors fast = gradients(direct), plain = gradients(copied);
      for (std::size_t i = 0; i < fast.size(); ++i) CHECK(largest_difference(fast[i], plain[i]) < 1e-11);
    }
}

TEST_CASE("matmul with an empty inner size gives zeros, with no rows nothing") {
  CHECK(matmul(zeros({2, 0}), zeros({0, 3})).to_vector() == std::vector<double>(6, 0));
  CHECK(matmul(zeros({0, 2}), zeros({2, 3})).shape() == Shape{0, 3});
}

TEST_CASE("matmul says what does not fit") {
  CHECK_THROWS_WITH_AS(matmul(zeros({2, 3}), zeros({4, 5})),
                       "matmul: (2, 3) and (4, 5) have inner sizes 3 and 4", Error);
  CHECK_THROWS_WITH_AS(matmul(zeros({2, 3}), zeros({3, 5}), {.b = true}),
                       "matmul: (2, 3) and (3, 5) transposed have inner sizes 3 and 5", Error);
  CHECK_THROWS_WITH_AS(matmul(zeros({2}), zeros({2, 3})), "matmul: (2) and (2, 3) are not both matrices",
                       Error);
  CHECK_THROWS_AS(matmul(zeros({2, 2}), zeros({2, 2}, Dtype::f64)), Error);
}

TEST_CASE("linear says what does not fit") {
  CHECK_THROWS_WITH_AS(linear(zeros({2, 3}), zeros({4, 5}), {}),
                       "linear: (2, 3) and (4, 5) transposed have inner sizes 3 and 5", Error);
  CHECK_THROWS_WITH_AS(linear(zeros({2, 3}), zeros({4, 3}), zeros({3})),
                       "linear: weight (4, 3) and bias (3) do not fit", Error);
}
