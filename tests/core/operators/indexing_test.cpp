#include <voronet/core/autograd.h>
#include <voronet/core/kernels/buffer.h>
#include <voronet/core/operators/indexing.h>

#include <algorithm>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

Positions positions(Index rows, const std::vector<std::int32_t>& values) {
  const auto count = static_cast<Index>(values.size());
  const kernels::Buffer<std::int32_t> copy(count);
  std::copy(values.begin(), values.end(), copy.data());
  return {rows, rows == 0 ? 0 : count / rows, copy.share()};
}

const Tensor x = from({1, 2, 3, 4, 5, 6}, {2, 3});

}  // namespace

TEST_CASE("gather reads each row at its own positions") {
  CHECK(gather(x, positions(2, {2, 0, 1, 1}), {2, 2}).to_vector() == std::vector<double>{3, 1, 5, 5});
  CHECK(gather(x, positions(1, {5, 0}), {2}).to_vector() == std::vector<double>{6, 1});
  CHECK(gather(x, at_labels(std::vector<int>{1, 2}, 3), {2}).to_vector() == std::vector<double>{2, 6});
}

TEST_CASE("scatter_add adds up at equal positions and leaves 0 elsewhere") {
  const Tensor y = from({1, 2, 4, 8}, {2, 2});
  CHECK(scatter_add(y, positions(2, {1, 1, 0, 2}), {2, 3}).to_vector() ==
        std::vector<double>{0, 3, 0, 4, 0, 8});
}

TEST_CASE("an empty batch gathers and scatters nothing") {
  const Tensor none = zeros({0, 3});
  CHECK(gather(none, at_labels({}, 3), {0}).shape() == Shape{0});
  CHECK(scatter_add(zeros({0}), at_labels({}, 3), {0, 3}).shape() == Shape{0, 3});
  CHECK(gather(x, positions(2, {}), {2, 0}).size() == 0);
}

TEST_CASE("positions that do not fit are refused") {
  CHECK_THROWS_WITH_AS(gather(x, positions(2, {0, 3}), {2}), "gather: position 3 is outside a row of 3",
                       Error);
  CHECK_THROWS_AS(gather(x, positions(2, {0, -1}), {2}), Error);
  CHECK_THROWS_WITH_AS(gather(x, positions(4, {0, 0, 0, 0}), {4}),
                       "gather: (2, 3) does not split into 4 equal rows", Error);
  CHECK_THROWS_WITH_AS(gather(x, positions(2, {0, 1}), {3}), "gather: 2 positions in 2 rows for (3)", Error);
  CHECK_THROWS_WITH_AS(gather(x, {}, {0}), "gather: no positions", Error);
  CHECK_THROWS_AS(gather(x, positions(0, {}), {0}), Error);
  CHECK_THROWS_WITH_AS(scatter_add(x, positions(2, {0, 1, 2, 0, 1, 2}), {2, 2}),
                       "scatter_add: position 2 is outside a row of 2", Error);
  CHECK_THROWS_WITH_AS(at_labels(std::vector<int>{0, 3}, 3), "at_labels: label 3 is outside 0..2", Error);
}

TEST_CASE("rows are taken whole, in any order and again") {
  const auto taken = rows(x, std::vector<int>{1, 1, 0});
  CHECK(taken.shape() == Shape{3, 3});
  CHECK(taken.to_vector() == std::vector<double>{4, 5, 6, 4, 5, 6, 1, 2, 3});
  CHECK(rows(x, {}).shape() == Shape{0, 3});
  CHECK(rows(from({7, 8}, {2}), std::vector<int>{1}).to_vector() == std::vector<double>{8});
  CHECK_THROWS_WITH_AS(rows(x, std::vector<int>{0, 2}), "rows: index 2 is outside 0..1", Error);
  CHECK_THROWS_WITH_AS(rows(x, std::vector<int>{-1}), "rows: index -1 is outside 0..1", Error);
  CHECK_THROWS_WITH_AS(rows(scalar(1), {}), "rows: a scalar has none", Error);
}

TEST_CASE("the gradients of a row that is taken twice add up") {
  const Tensor table = variable(x);
  const Tensor slope = grad(rows(table, std::vector<int>{1, 1}), {table},
                            {.cotangents = {from({1, 2, 3, 10, 20, 30}, {2, 3})}})[0];
  CHECK(slope.to_vector() == std::vector<double>{0, 0, 0, 11, 22, 33});
}
