#include <voronet/core/autograd.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/layers/checkpoint.h>
#include <voronet/layers/dropout.h>

#include <algorithm>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("Dropout in training drops its share and keeps the mean; in evaluation it changes nothing") {
  Dropout dropout(0.3, Random(1));
  const Tensor x = ones({100, 200});
  const auto values = dropout(x).to_vector();
  const auto dropped = std::count(values.begin(), values.end(), 0.0);
  CHECK(dropped > 0.28 * 20000);
  CHECK(dropped < 0.32 * 20000);
  for (const double value : values) CHECK((value == 0 || value == doctest::Approx(1 / 0.7)));
  CHECK(dropout(x).to_vector() != values);  // the stream goes on
  dropout.eval();
  CHECK(dropout(x).to_vector() == x.to_vector());
  Dropout none(0, Random(1));
  CHECK(none(x).to_vector() == x.to_vector());
}

TEST_CASE("Dropout's gradient passes where the value passed") {
  Dropout dropout(0.5, Random(2));
  const Tensor x = variable(ones({50}, Dtype::f64)), y = dropout(x);
  CHECK(grad(sum(y), {x})[0].to_vector() == y.to_vector());
}

TEST_CASE("Dropout's stream is part of the state, so a copy drops the same") {
  Dropout first(0.5, Random(3)), second(0.5, Random(99));
  const Tensor x = ones({40});
  first(x);
  load_state(second, save_state(first), "memory");
  CHECK(first(x).to_vector() == second(x).to_vector());
}

TEST_CASE("Dropout refuses a probability outside [0, 1)") {
  for (const double probability : {-0.1, 1.0}) CHECK_THROWS_AS(Dropout(probability, Random()), const Error&);
}
