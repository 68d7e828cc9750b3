#include <voronet/core/random.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("philox gives the known answers of its authors") {  // Random123, kat_vectors
  using Words = std::array<std::uint32_t, 4>;
  const std::uint32_t ones = 0xffffffff;
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({ones, ones, ones, ones}, {ones, ones}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a generator walks through the words of philox's blocks") {
  Random random(0x1122334455667788, 0x99aabbccddeeff00);
  for (std::uint32_t block = 0; block < 3; ++block)
    for (const std::uint32_t word : philox({block, 0, 0xddeeff00, 0x99aabbcc}, {0x55667788, 0x11223344}))
      CHECK(random.bits() == word);
}

TEST_CASE("the same seed and stream repeat, other seeds and streams differ") {
  Random a(7, 1), b(7, 1), other_seed(8, 1), other_stream(7, 2);
  std::set<std::uint32_t> words;
  for (int i = 0; i < 10; ++i) {
    const std::uint32_t word = a.bits();
    CHECK(word == b.bits());
    words.insert({word, other_seed.bits(), other_stream.bits()});
  }
  CHECK(words.size() == 30);
}

TEST_CASE("uniform numbers lie in their half-open interval with the right mean and variance") {
  Random random(1);
  const int n = 100000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    REQUIRE((u >= 0 && u < 1));
    sum += u;
    squares += u * u;
  }
  CHECK(sum / n == doctest::Approx(0.5).epsilon(0.01));
  CHECK(squares / n == doctest::Approx(1.0 / 3).epsilon(0.01));
  const double low = 1,
               high = std::nextafter(1.0, 2.0);  // nothing lies between: rounding must not reach the end
  for (int i = 0; i < 100; ++i) CHECK(random.uniform(low, high) == low);
  for (int i = 0; i < 100; ++i) CHECK(std::abs(random.uniform(-3, 5) - 1) <= 4);
}

TEST_CASE("normal numbers have the moments of the normal distribution") {
  Random random(2);
  const int n = 200000;
  double moments[5] = {};
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    REQUIRE(std::isfinite(x));
    for (int k = 1; k <= 4; ++k) moments[k] += std::pow(x, k) / n;
  }
  CHECK(std::abs(moments[1]) < 0.01);
  CHECK(std::abs(moments[2] - 1) < 0.02);
  CHECK(std::abs(moments[3]) < 0.04);
  CHECK(std::abs(moments[4] - 3) < 0.1);
}

TEST_CASE("below(n) reaches each number equally often and nothing else") {
  Random random(3);
  const int n = 7, draws = 70000;
  std::vector<int> counts(n);
  for (int i = 0; i < draws; ++i) ++counts.at(static_cast<std::size_t>(random.below(n)));
  const double expected = static_cast<double>(draws) / n;
  double chi_squared = 0;
  for (const int count : counts) chi_squared += std::pow(count - expected, 2) / expected;
  CHECK(chi_squared < 22.5);  // 6 degrees of freedom, p = 0.001
  CHECK(random.below(1) == 0);
  const Index largest = std::numeric_limits<Index>::max();
  for (int i = 0; i < 100; ++i) {
    const Index value = random.below(largest);
    CHECK((value >= 0 && value < largest));
  }
  CHECK_THROWS_WITH_AS(random.below(0), "random: there is no number below 0", Error);
  CHECK_THROWS_AS(random.below(-5), Error);
}

TEST_CASE("a permutation holds every number once, and all permutations are equally likely") {
  Random random(4);
  auto order = random.permutation(1000);
  CHECK_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (Index i = 0; i < 1000; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  CHECK(random.permutation(0).empty());
  CHECK(random.permutation(1) == std::vector<Index>{0});
  CHECK_THROWS_AS(random.permutation(-1), Error);
  std::vector<int> counts(27);
  for (int i = 0; i < 6000; ++i) {
    const auto p = random.permutation(3);
    ++counts[static_cast<std::size_t>(p[0] + 3 * p[1] + 9 * p[2])];
  }
  std::erase(counts, 0);
  CHECK(counts.size() == 6);
  for (const int count : counts) CHECK(std::abs(count - 1000) < 120);
}

TEST_CASE("a generator continues from its state, wherever it was taken") {
  Random random(std::numeric_limits<std::uint64_t>::max(), 5);
  for (int drawn = 0; drawn < 9; ++drawn) {
    const std::string state = random.state();
    CHECK(state.find(' ') == std::string::npos);
    Random copy = Random::from_state(state);
    CHECK(copy.state() == state);
    CHECK(copy.bits() == random.bits());
  }
}

TEST_CASE("anything but a state is refused") {
  const std::string good = Random(1, 2).state();
  for (const std::string& bad : {std::string(), std::string("philox"), good + " ", good + ":1", " " + good,
                                 std::string("philox:1:2"), std::string("philox:-1:2:3"),
                                 std::string("philox:+1:2:3"), std::string("philox:1:2:99999999999999999999"),
                                 std::string("mt19937:1:2:3"), std::string("philox:1:2:3\n")})
    CHECK_THROWS_AS(Random::from_state(bad), Error);
}

TEST_CASE("tensors of both dtypes get the same draws") {
  Random a(6), b(6);
  for (const auto& [single, twice] :
       {std::pair{uniform({3, 5}, -2, 2, a), uniform({3, 5}, -2, 2, b, Dtype::f64)},
        std::pair{normal({7}, 1, 3, a), normal({7}, 1, 3, b, Dtype::f64)}}) {
    CHECK(single.shape() == twice.shape());
    for (Index i = 0; i < single.size(); ++i)
      CHECK(single.at(i) == static_cast<double>(static_cast<float>(twice.at(i))));
  }
  CHECK(a.state() == b.state());
  CHECK(normal({0}, 0, 1, a).size() == 0);
}

TEST_CASE("uniform tensors stay below the upper bound and above the lower one when they are rounded to f32") {
  Random random(1);
  const double low = 1 + 0x1p-26, high = 1 + 0x1p-22;  // low is no float, and a quarter rounds up to high
  const Tensor x = uniform({1000}, low, high, random);
  const auto values = x.values<float>();
  CHECK(*std::min_element(values.begin(), values.end()) == 1 + 0x1p-23F);
  CHECK(*std::max_element(values.begin(), values.end()) < high);
}
