#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/tensor.h>

#include <cstdint>
#include <sstream>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("tensors are made from values, constants and labels") {
  CHECK(from({1, 2, 3, 4}, {2, 2}).at(2) == 3);
  CHECK(full({2}, 0.5, Dtype::f64).to_vector() == std::vector<double>{0.5, 0.5});
  CHECK(scalar(7).rank() == 0);
  CHECK(scalar(7).item() == 7);
  CHECK(one_hot(std::vector<int>{2, 0}, 3).to_vector() == std::vector<double>{0, 0, 1, 1, 0, 0});
  CHECK_THROWS_WITH_AS(from({1, 2}, {3}), "from: 2 values for shape (3)", Error);
  CHECK_THROWS_WITH_AS(one_hot(std::vector<int>{3}, 3), "one_hot: label 3 is outside 0..2", Error);
  CHECK_THROWS_AS(one_hot(std::vector<int>{-1}, 3), Error);
}

TEST_CASE("a tensor may be empty") {
  const Tensor x = zeros({0, 3});
  CHECK(x.defined());
  CHECK(x.to_vector().empty());
  CHECK(x.clone().shape() == Shape{0, 3});
  CHECK(one_hot({}, 3).shape() == Shape{0, 3});
  CHECK_THROWS_AS(x.item(), Error);
}

TEST_CASE("an undefined tensor says so when it is used") {
  const Tensor none;
  CHECK_FALSE(none.defined());
  CHECK_THROWS_WITH_AS(none.to_vector(), "tensor: undefined", Error);
  CHECK_THROWS_AS(none.item(), Error);
  CHECK_THROWS_AS(none.clone(), Error);
  CHECK_THROWS_AS(none.storage_view({}), Error);
}

TEST_CASE("elements are read in the tensor's own dtype and within its shape") {
  const Tensor x = from({1, 2}, {2});
  CHECK_THROWS_WITH_AS(x.data<double>(), "tensor: elements are f32, not f64", Error);
  CHECK_THROWS_WITH_AS(x.at(2), "at: position 2 is outside (2)", Error);
  CHECK_THROWS_AS(x.at(-1), Error);
  CHECK_THROWS_WITH_AS(x.item(), "item: needs one element, shape is (2)", Error);
}

TEST_CASE("handles and views share elements, clones do not") {
  const Tensor x = from({1, 2, 3, 4, 5, 6}, {2, 3});
  const Tensor handle = x;  // NOLINT(performance-unnecessary-copy-initialization): it is what this is about
  const Tensor row = x.storage_view({3}, 3), copy = x.clone();
  x.mutable_data<float>()[4] = 50;
  CHECK(handle.at(4) == 50);
  CHECK(row.at(1) == 50);
  CHECK(copy.at(4) == 5);
  CHECK(x.shares_storage_with(x.detach()));
  CHECK_FALSE(x.shares_storage_with(copy));
  CHECK_THROWS_WITH_AS(x.storage_view({3}, 4), "storage_view: (3) from element 4 does not lie within (2, 3)",
                       Error);
  CHECK_THROWS_AS(x.storage_view({7}), Error);
  CHECK_THROWS_AS(x.storage_view({3}, -1), Error);
}

TEST_CASE("conversion rounds to the nearest value of the other dtype") {
  const Tensor x = scalar(0.1, Dtype::f64);
  CHECK(x.to(Dtype::f32).item() == static_cast<double>(0.1F));
  CHECK(x.to(Dtype::f64).item() == 0.1);
}

TEST_CASE("assign copies values of any dtype and of the same shape") {
  const Tensor x = zeros({2});
  x.assign(from({0.5, 2}, {2}, Dtype::f64));
  CHECK(x.to_vector() == std::vector<double>{0.5, 2});
  CHECK_THROWS_WITH_AS(x.assign(zeros({3})), "assign: shape (3) into (2)", Error);
}

TEST_CASE("storage is aligned to 64 bytes") {
  for (const Index n : {1, 3, 1000})
    CHECK(reinterpret_cast<std::uintptr_t>(Tensor({n}, Dtype::f32).data<float>()) % 64 == 0);
}

TEST_CASE("a size that no memory holds is refused, up to the largest") {
  for (const int bits : {50, 60, 61, 62})
    CHECK_THROWS_AS(Tensor({(Index{1} << bits) - 1}, Dtype::f64), Error);
}

TEST_CASE("an element is found by its position along each dimension") {
  const Tensor x = from({0, 1, 2, 3, 4, 5}, {2, 3});
  CHECK(x.at({1, 2}) == 5);
  CHECK(x.at({0, 1}) == 1);
  CHECK(from({1, 2, 3, 4}, {2, 1, 2}).at({1, 0, 1}) == 4);
  CHECK(scalar(7).at({}) == 7);
  CHECK_THROWS_WITH_AS(x.at({1, 3}), "at: position 3 is outside dimension 1 of (2, 3)", Error);
  CHECK_THROWS_WITH_AS(x.at({-1, 0}), "at: position -1 is outside dimension 0 of (2, 3)", Error);
  CHECK_THROWS_WITH_AS(x.at({1, 0, 0}), "at: 3 positions in (2, 3)", Error);
  CHECK_THROWS_AS(Tensor().at({}), Error);
}

TEST_CASE("gradients flow through clones and conversions, in the dtype of what was converted") {
  const Tensor x = variable(from({1, 2}, {2}));
  const Tensor y = x.to(Dtype::f64) * 3.0 + x.clone().to(Dtype::f64);
  const Tensor slope = grad(sum(y), {x})[0];
  CHECK(slope.dtype() == Dtype::f32);
  CHECK(slope.to_vector() == std::vector<double>{4, 4});
  CHECK_FALSE(x.detach().clone().tracked());
  CHECK_FALSE(x.storage_view({1}, 1).tracked());
}

TEST_CASE("a tensor prints its dtype, shape and values, a matrix as rows") {
  const auto printed = [](const Tensor& tensor) {
    std::ostringstream out;
    out << tensor;
    return out.str();
  };
  CHECK(printed(from({1, 2.5}, {2})) == "f32 (2) [  1 2.5]");
  CHECK(printed(scalar(-3)) == "f32 () -3");
  CHECK(printed(zeros({20}, Dtype::f64)) == "f64 (20) [0 0 0 ... 0 0 0]");
  CHECK(printed(zeros({8})) == "f32 (8) [0 0 0 0 0 0 0 0]");
  CHECK(printed(from({1, -0.123456, 1e6, 20}, {2, 2})) ==
        "f32 (2, 2)\n"
        "[[      1 -0.1235]\n"
        " [  1e+06      20]]");
  CHECK(printed(from({1, 2, 3, 4}, {2, 1, 2})) == "f32 (2, 1, 2)\n[[[1 2]]\n [[3 4]]]");
  CHECK(printed(zeros({9, 1})) == "f32 (9, 1)\n[[0]\n [0]\n [0]\n ...\n [0]\n [0]\n [0]]");
  CHECK(printed(zeros({2, 0})) == "f32 (2, 0)\n[[]\n []]");
  CHECK(printed(Tensor()) == "undefined tensor");
}

TEST_CASE("assign copies between overlapping parts of one storage as if by way of a copy") {
  for (const Dtype dtype : {Dtype::f32, Dtype::f64}) {
    const Tensor up = from({1, 2, 3, 4, 5}, {5}, dtype), down = up.clone();
    up.storage_view({4}, 1).assign(up.storage_view({4}, 0));
    CHECK(up.to_vector() == std::vector<double>{1, 1, 2, 3, 4});
    down.storage_view({4}, 0).assign(down.storage_view({4}, 1));
    CHECK(down.to_vector() == std::vector<double>{2, 3, 4, 5, 5});
  }
}

TEST_CASE("tensors overlap where they have an element in common") {
  const Tensor x = ones({6});
  CHECK(x.overlaps(x.storage_view({1}, 5)));
  CHECK(x.storage_view({3}, 0).overlaps(x.storage_view({3}, 2)));
  CHECK_FALSE(x.storage_view({3}, 0).overlaps(x.storage_view({3}, 3)));
  CHECK_FALSE(x.overlaps(x.storage_view({0}, 3)));
  CHECK_FALSE(x.overlaps(x.clone()));
  CHECK_FALSE(x.overlaps(Tensor()));
}

TEST_CASE("a storage counts how often it was opened to be written, for all its handles") {
  const Tensor x = ones({4}), part = x.storage_view({2}, 2);
  const auto before = x.version();
  (void)part.mutable_data<float>();
  CHECK(x.version() == before + 1);
  CHECK(part.version() == x.version());
  (void)x.data<float>();
  CHECK(x.version() == before + 1);
}
