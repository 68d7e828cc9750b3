#include <voronet/layers/plan/buffers.h>

#include "layers/plan/plan_networks.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::plan;
using namespace voronet::test;

namespace {

PlanGraph chain(const std::vector<Index>& sizes) {
  PlanBuilder builder({1}, Dtype::f32);
  PlanValue x = builder.input();
  for (const Index size : sizes) x = builder.linear(x, zeros({size, builder.shape(x)[0]}), {});
  return std::move(builder).finish(x);
}

}  // namespace

TEST_CASE("a chain of layers needs two slots, and its input and output none") {
  const PlanBuffers buffers = place_values(chain({64, 32, 64, 16, 64, 1000}));
  CHECK(buffers.elements == 64 + 32);
  CHECK(buffers.offsets.front() == -1);
  CHECK(buffers.offsets.back() == -1);
  CHECK(buffers.offsets[1] != buffers.offsets[2]);
  CHECK(place_values(chain({10})).elements == 0);
  CHECK(place_values(chain({10, 10})).elements == 16);  // whole cache lines
}

TEST_CASE("a slot grows when no free one is large enough") {
  CHECK(place_values(chain({16, 64, 128, 256, 1})).elements == 128 + 256);
}

TEST_CASE("a value that is read again later keeps its slot until then") {
  PlanBuilder builder({32}, Dtype::f32);
  const PlanValue kept = builder.relu(builder.input());
  PlanValue x = kept;
  for (int i = 0; i < 4; ++i) x = builder.linear(x, zeros({32, 32}), {});
  const PlanValue sum = builder.add(x, kept);
  const PlanGraph graph = std::move(builder).finish(sum);
  const PlanBuffers buffers = place_values(graph);
  CHECK(buffers.elements == 3 * 32);
  for (std::size_t value = 2; value + 1 < graph.shapes.size(); ++value)
    CHECK(buffers.offsets[value] != buffers.offsets[1]);
}
