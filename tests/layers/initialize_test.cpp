#include <voronet/core/operators.h>
#include <voronet/layers/initialize.h>

#include <cmath>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

using Initialize = Tensor (*)(const Shape&, Random&);

double deviation(const Tensor& weight) { return std::sqrt(mean(square(weight)).item()); }

double largest(const Tensor& weight) { return max(reshape(abs(weight), {-1}), 0).item(); }

const Shape weight{40, 30, 5, 5};  // 750 inputs, 1000 outputs

}  // namespace

TEST_CASE("weights start with the deviation that their name stands for, and uniform ones within its bound") {
  Random random(1);
  struct Case {
    Initialize initialize;
    double deviation;
    bool uniform;
  };
  for (const auto& [initialize, expected, is_uniform] :
       {Case{kaiming_normal, std::sqrt(2.0 / 750), false}, Case{kaiming_uniform, std::sqrt(2.0 / 750), true},
        Case{xavier_normal, std::sqrt(2.0 / 1750), false},
        Case{xavier_uniform, std::sqrt(2.0 / 1750), true}}) {
    const Tensor w = initialize(weight, random);
    CHECK(w.shape() == weight);
    CHECK(w.tracked());
    CHECK(deviation(w) == doctest::Approx(expected).epsilon(0.02));
    CHECK(std::abs(mean(w).item()) < 0.02 * expected);
    CHECK((largest(w) <= std::sqrt(3) * expected) == is_uniform);
  }
}

TEST_CASE("a matrix has as many inputs and outputs as columns and rows") {
  Random random(2);
  CHECK(largest(kaiming_uniform({2000, 6}, random)) == doctest::Approx(1).epsilon(0.01));
  CHECK(largest(xavier_uniform({1000, 500}, random)) == doctest::Approx(std::sqrt(6.0 / 1500)).epsilon(0.01));
}

TEST_CASE("what is not a weight is refused") {
  Random random;
  CHECK_THROWS_WITH_AS(kaiming_normal({3}, random), "kaiming_normal: (3) is not a weight (out, in, ...)",
                       Error);
  CHECK_THROWS_AS(kaiming_uniform({3, 0}, random), Error);
  CHECK_THROWS_AS(xavier_normal({0, 3}, random), Error);
  CHECK_THROWS_AS(xavier_uniform({}, random), Error);
  CHECK_THROWS_AS(fan_in_uniform({1}, 0, random), Error);
}
