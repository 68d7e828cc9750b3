#include <voronet/core/error.h>
#include <voronet/optim/clip.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("gradients of too large a norm are scaled to it together, others stay as they are") {
  const Tensor a = from({3, 0}, {2}), b = from({4}, {1}, Dtype::f64);
  Tensors gradients = {a, b};
  CHECK(clip_norm(gradients, 5) == 5);
  CHECK(gradients[0].shares_storage_with(a));
  CHECK(clip_norm(gradients, 1) == 5);
  CHECK(gradients[0].at(0) == doctest::Approx(0.6));
  CHECK(gradients[1].item() == doctest::Approx(0.8));
  CHECK(a.at(0) == 3);  // gradients may share storage: none is written
  CHECK(gradients[1].dtype() == Dtype::f64);
}

TEST_CASE("a norm that is not finite is returned and nothing is scaled") {
  Tensors gradients = {from({NAN}, {1}), from({1e30}, {1})};
  CHECK(std::isnan(clip_norm(gradients, 1)));
  CHECK(gradients[1].item() == doctest::Approx(1e30));
  CHECK_THROWS_WITH_AS(clip_norm(gradients, 0), "clip_norm: a norm of at most 0 is not possible", Error);
}
