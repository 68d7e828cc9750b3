#include <voronet/core/operators/shapes.h>
#include <voronet/layers/normalize.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("Normalize subtracts the mean and divides by the deviation, channel by channel or for all") {
  const Tensor x = from({0, 0.5, 1, 0.25, 0.75, 0.125}, {1, 1, 2, 3}, Dtype::f64);
  Normalize by_channel({0.5, 0.25, 0}, {0.5, 0.25, 2}), for_all({0.5}, {0.5});
  CHECK(by_channel(x).to_vector() == std::vector<double>{-1, 1, 0.5, -0.5, 2, 0.0625});
  CHECK(for_all(x).to_vector() == std::vector<double>{-1, 0, 1, -0.5, 0.5, -0.75});
  CHECK(by_channel(reshape(x, {2, 3})).to_vector() == by_channel(x).to_vector());  // points
  CHECK(by_channel.parameters().empty());
}

TEST_CASE("Normalize refuses other channels and values that make no sense") {
  Normalize layer({0.5, 0.5, 0.5}, {1, 1, 1});
  CHECK_THROWS_WITH_AS(layer(ones({1, 2, 2, 1})),
                       "Normalize: input (1, 2, 2, 1) does not have 3 channels (n x h x w x c, or n x c)",
                       const Error&);
  CHECK_THROWS_AS(layer(ones({2, 2})), const Error&);
  CHECK_THROWS_AS(layer(ones({2, 1, 3})), const Error&);
  CHECK_THROWS_AS(Normalize({}, {}), const Error&);
  CHECK_THROWS_AS(Normalize({0.5}, {1, 1}), const Error&);
  for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    CHECK_THROWS_AS(Normalize({0.5}, {bad}), const Error&);
  CHECK_THROWS_AS(Normalize({std::nan("")}, {1}), const Error&);
}
