#include <voronet/core/random.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <locale>
#include <numbers>
#include <numeric>
#include <utility>

namespace voronet {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  const auto product = [](std::uint32_t a, std::uint32_t b) { return std::uint64_t{a} * b; };
  const auto high = [](std::uint64_t p) { return static_cast<std::uint32_t>(p >> 32); };
  const auto low = [](std::uint64_t p) { return static_cast<std::uint32_t>(p); };
  auto& [c0, c1, c2, c3] = counter;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = product(0xD2511F53, c0), p1 = product(0xCD9E8D57, c2);
    counter = {high(p1) ^ c1 ^ key[0], low(p1), high(p0) ^ c3 ^ key[1], low(p0)};
    key[0] += 0x9E3779B9;  // the golden ratio and sqrt(3) - 1, in units of 2^-32
    key[1] += 0xBB67AE85;
  }
  return counter;
}

// The seed is the key; the counter holds the number of the block of four words and the stream.
std::uint32_t Random::bits() {
  const auto low = [](std::uint64_t v) { return static_cast<std::uint32_t>(v); };
  const auto high = [](std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); };
  const std::uint64_t block = drawn_ / 4, word = drawn_ % 4;
  ++drawn_;
  return philox({low(block), high(block), low(stream_), high(stream_)}, {low(seed_), high(seed_)})[word];
}

double Random::uniform() {
  const std::uint64_t high = bits() >> 5, low = bits() >> 6;  // 27 and 26 bits
  return static_cast<double>(high << 26 | low) * 0x1p-53;
}

double Random::uniform(double low, double high) {
  const double value = low + (high - low) * uniform();
  return value < high ? value : low;  // rounding may reach the open end
}

// Box and Muller's transform. Its second value is dropped: keeping it would be one more thing in the state.
// Libraries may round log and cos differently in the last bit: other platforms agree to about 1e-16.
double Random::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));  // of (0, 1], so never the logarithm of 0
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

Index Random::below(Index n) {
  require(n >= 1, "random: there is no number below ", n);
  const auto range = static_cast<std::uint64_t>(n);
  const std::uint64_t surplus =
      -range % range;  // 2^64 mod n: drawing these values again makes all remainders equal
  for (;;) {
    const std::uint64_t high = bits(), draw = high << 32 | bits();
    if (draw >= surplus) return static_cast<Index>(draw % range);
  }
}

// Fisher and Yates's shuffle.
std::vector<Index> Random::permutation(Index n) {
  require(n >= 0, "random: a permutation of ", n, " items");
  std::vector<Index> order(n);
  std::iota(order.begin(), order.end(), Index{0});
  for (Index i = n - 1; i > 0; --i) std::swap(order[i], order[below(i + 1)]);
  return order;
}

std::string Random::state() const { return text("philox:", seed_, ':', stream_, ':', drawn_); }

Random Random::from_state(const std::string& state) {
  Random random;
  std::istringstream in(state);
  in.imbue(std::locale::classic());  // as state() writes it
  std::string name;
  char colon = 0;
  std::getline(in, name, ':');
  in >> random.seed_ >> colon >> random.stream_ >> colon >> random.drawn_;
  // Writing it again must give the same word: this refuses signs, spaces, overflow and anything that follows.
  require(random.state() == state, "random: \"", state, "\" is not the state of a generator");
  return random;
}

Tensor uniform(Shape shape, double low, double high, Random& random, Dtype dtype) {
  return filled(shape, dtype, [&]<class T>(T* values) {
    auto first = static_cast<T>(low);
    if (first < low) first = std::nextafter(first, std::numeric_limits<T>::infinity());
    std::generate_n(values, shape.size(), [&] {
      const auto value = static_cast<T>(random.uniform(low, high));
      // Rounding to T may leave the range, which is closed below and open above.
      return value < high ? std::max(value, first) : first;
    });
  });
}

Tensor normal(Shape shape, double mean, double deviation, Random& random, Dtype dtype) {
  return filled(shape, dtype, [&]<class T>(T* values) {
    std::generate_n(values, shape.size(), [&] { return static_cast<T>(mean + deviation * random.normal()); });
  });
}

}  // namespace voronet
