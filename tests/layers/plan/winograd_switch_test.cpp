// Convolutions without Winograd's algorithm: no kernel takes it, and no proof allows for it.
#include <voronet/core/kernels/explain.h>
#include <voronet/core/random.h>
#include <voronet/core/winograd.h>
#include <voronet/layers/convolution.h>
#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/rounding.h>

#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::kernels;

TEST_CASE("without Winograd's algorithm no kernel takes it, and rounding is that of sums of products") {
  const Conv2dSizes wide{
      .n = 64, .h = 12, .w = 12, .c = 16, .o = 16, .kh = 3, .kw = 3, .stride = 1, .padding = 1};
  Random random(1);
  Conv2d convolution(16, 16, 3, random, {.padding = 1});
  const PlanGraph graph = graph_of(convolution, {12, 12, 16});
  CHECK_FALSE(plan::folded_with_roundings(graph).roundings[0].winograd.empty());
  set_winograd(false);
  CHECK(explain(Direction::forward, wide).kernel != std::string("Winograd"));
  CHECK(plan::folded_with_roundings(graph).roundings[0].winograd.empty());
  set_winograd(true);
}
