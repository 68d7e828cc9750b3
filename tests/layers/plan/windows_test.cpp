#include <voronet/core/random.h>
#include <voronet/layers/plan/windows.h>

#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::plan;

namespace {

// Whether output i reads input j.
bool reads(Index i, Index j, const Reach& reach) {
  const Index first = i * reach.stride - reach.padding;
  return first <= j && j < first + reach.kernel;
}

}  // namespace

TEST_CASE("outputs of a span are those that read one of its inputs, and no others") {
  Random random(1);
  for (int trial = 0; trial < 2000; ++trial) {
    const Reach reach{1 + random.below(5), 1 + random.below(3), random.below(3)};
    const Spans in{1 + random.below(6),
                   {reach.stride * (random.below(9) - 4), reach.stride * random.below(5)}};
    const Spans out = outputs_of(in, reach);
    bool exact = true;
    for (std::size_t n = 0; n < 2; ++n)
      for (Index i = -30; i < 30; ++i) {
        bool expected = false;
        for (Index j = in.begins[n]; j < in.begins[n] + in.length; ++j) expected |= reads(i, j, reach);
        exact &= (out.begins[n] <= i && i < out.begins[n] + out.length) == expected;
      }
    CHECK(exact);
  }
}

TEST_CASE("spans are together, whole, and held by their hull") {
  CHECK(Spans{2, {3, 3}}.together());
  CHECK_FALSE(Spans{2, {3, 4}}.together());
  CHECK(Spans{5, {0, 0}}.whole(5));
  CHECK_FALSE(Spans{5, {0, 0}}.whole(6));
  CHECK_FALSE(Spans{5, {0, 1}}.whole(5));
  CHECK(hull({2, {0, 5}}, {3, {1, 1}}) == Spans{6, {0, 1}});
  CHECK(hull({0, {0, 5}}, {3, {1, 1}}) == Spans{3, {1, 1}});
  CHECK(hull({3, {1, 1}}, {0, {0, 5}}) == Spans{3, {1, 1}});
}

TEST_CASE("spans that are together are cut at the borders, others are aligned") {
  const Framing framing{.size = 10, .alignment = 2, .whole_from = 8};
  CHECK(framed({4, {-1, -1}}, framing) == Spans{3, {0, 0}});
  CHECK(framed({4, {8, 8}}, framing) == Spans{2, {8, 8}});
  CHECK(framed({4, {12, 12}}, framing).length == 0);
  CHECK(framed({4, {-1, 3}}, framing) == Spans{5, {-2, 2}});
  CHECK(framed({7, {0, 3}}, framing) == Spans{10, {0, 0}});
  CHECK(framed({9, {0, 0}}, framing) == Spans{10, {0, 0}});
  CHECK(cut({4, {-1, 3}}, 10) == Spans{4, {-1, 3}});
}
