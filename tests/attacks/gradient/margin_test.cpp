#include <voronet/attacks/gradient/gradient_attack.h>
#include <voronet/core/autograd.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a margin is the aimed class's logit less the largest other, however large logits are") {
  const Tensor logits = from({1, 3, 2, -4e6, -9e6, -5e6}, {2, 3}, Dtype::f64),
               aimed = from({1, 0, 0, 0, 1, 0}, {2, 3}, Dtype::f64);
  CHECK(margins(logits, aimed).to_vector() == std::vector<double>{-2, -5e6});
  MarginLoss loss;
  CHECK(loss(logits, std::vector<int>{0, 1}).at(0) == 2 + 5e6);
}

TEST_CASE("the margin's slope never dies: -1 for the class, 1 for the largest other") {
  for (const double size : {1.0, 1e4, 1e7}) {
    const Tensor logits = variable(from({-3 * size, -1 * size, -2 * size}, {1, 3}, Dtype::f64));
    MarginLoss loss;
    CHECK(grad(loss(logits, std::vector<int>{1}), {logits})[0].to_vector() == std::vector<double>{0, -1, 1});
    CHECK(grad(loss(logits, std::vector<int>{0}), {logits})[0].to_vector() == std::vector<double>{-1, 1, 0});
  }
}
