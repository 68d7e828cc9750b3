#include <voronet/core/autograd.h>
#include <voronet/core/kernels/convolution.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/convolution.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/parallel.h>
#include <voronet/core/random.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

using namespace voronet;
using kernels::Conv2dSizes;

namespace {

struct Arrays {
  Tensor x, weight, y;
};

template <class T>
Arrays random_arrays(const Conv2dSizes& s) {
  Random random(11);
  const auto values = [&](const Shape& shape) { return normal(shape, 0, 1, random, dtype_of<T>); };
  return {values({s.n, s.h, s.w, s.c}), values({s.o, s.c, s.kh, s.kw}),
          values({s.n, s.out_h(), s.out_w(), s.o})};
}

// What a kernel writes into an array of this shape that held NaN before.
template <class T, class Kernel>
Tensor result(const Shape& shape, const Kernel& kernel) {
  const Tensor out = full(shape, std::numeric_limits<double>::quiet_NaN(), dtype_of<T>);
  kernel(out.template mutable_data<T>());
  return out;
}

// The largest difference in proportion to the largest value.
double relative_error(const Tensor& a, const Tensor& b) {
  double largest = 1e-30, difference = 0;
  for (Index i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(b.at(i)));
    if (!(std::abs(a.at(i) - b.at(i)) <= difference)) difference = std::abs(a.at(i) - b.at(i));
  }
  return difference / largest;
}

template <class T>
void check_against_reference(const Conv2dSizes& s) {
  INFO("x ", s.n, ' ', s.h, ' ', s.w, ' ', s.c, ", weight ", s.o, ' ', s.c, ' ', s.kh, ' ', s.kw, ", stride ",
       s.stride, ", padding ", s.padding);
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-13;
  const auto [x, weight, y] = random_arrays<T>(s);
  const T *px = x.template data<T>(), *pw = weight.template data<T>(), *py = y.template data<T>();
  CHECK(relative_error(result<T>(y.shape(), [&](T* out) { kernels::conv2d(s, px, pw, out); }),
                       result<T>(y.shape(), [&](T* out) { kernels::reference::conv2d(s, px, pw, out); })) <
        tolerance);
  CHECK(relative_error(result<T>(x.shape(), [&](T* out) { kernels::conv2d_input_gradient(s, py, pw, out); }),
                       result<T>(x.shape(), [&](T* out) {
                         kernels::reference::conv2d_input_gradient(s, py, pw, out);
                       })) < tolerance);
  CHECK(relative_error(
            result<T>(weight.shape(), [&](T* out) { kernels::conv2d_weight_gradient(s, px, py, out); }),
            result<T>(weight.shape(), [&](T* out) {
              kernels::reference::conv2d_weight_gradient(s, px, py, out);
            })) < tolerance);
}

double dot(const Tensor& a, const Tensor& b) { return sum(a * b).item(); }

}  // namespace

TEST_CASE_TEMPLATE("convolution and its adjoints agree with plain loops over odd channels and kernels", T,
                   float, double) {
  for (const Index c : {1, 3, 6, 17})
    for (const Index o : {1, 5, 7, 16, 33, 64})
      for (const Index k : {1, 2, 3, 5})
        for (const Index padding : {0, 2}) check_against_reference<T>({2, 7, 9, c, o, k, k, 1, padding});
}

TEST_CASE_TEMPLATE(
    "convolution and its adjoints agree with plain loops over strides and kernels that are not square", T,
    float, double) {
  for (const Index stride : {1, 2, 3})
    for (const Index padding : {0, 1, 2})
      for (const Index kh : {1, 3, 4})
        for (const Index kw : {1, 2, 5}) {
          check_against_reference<T>({3, 8, 11, 3, 7, kh, kw, stride, padding});
          check_against_reference<T>({1, 5, 6, 16, 33, kh, kw, stride, padding});
        }
}

TEST_CASE_TEMPLATE("convolution agrees with plain loops where sizes are extreme", T, float, double) {
  check_against_reference<T>({2, 5, 7, 6, 16, 5, 7, 1, 0});     // the kernel is the image
  check_against_reference<T>({2, 1, 1, 6, 16, 5, 5, 1, 2});     // the kernel is the padded image
  check_against_reference<T>({2, 4, 4, 3, 5, 1, 1, 1, 3});      // more padding than the kernel reaches
  check_against_reference<T>({2, 4, 4, 3, 5, 2, 2, 5, 0});      // a stride that leaves pixels out
  check_against_reference<T>({1, 40, 3, 1, 1, 3, 3, 1, 1});     // one channel, a narrow image
  check_against_reference<T>({1, 3, 50, 65, 130, 3, 3, 1, 1});  // more channels than a block
  check_against_reference<T>({37, 3, 3, 2, 3, 2, 2, 1, 0});     // more images than groups of partial sums
}

TEST_CASE("convolution of nothing is nothing, and without channels zero") {
  CHECK(conv2d(zeros({0, 5, 5, 2}), zeros({3, 2, 3, 3})).shape() == Shape{0, 3, 3, 3});
  CHECK(conv2d(zeros({1, 2, 2, 0}), zeros({2, 0, 1, 1})).to_vector() == std::vector<double>(8, 0));
  CHECK(conv2d(zeros({1, 2, 2, 3}), zeros({0, 3, 1, 1})).shape() == Shape{1, 2, 2, 0});
  CHECK(conv2d_weight_gradient(zeros({0, 5, 5, 2}), zeros({0, 3, 3, 3}), {}, {3, 2, 3, 3}).to_vector() ==
        std::vector<double>(54, 0));
  CHECK(conv2d_input_gradient(zeros({1, 2, 2, 0}), zeros({0, 1, 1, 1}), {}, {1, 2, 2, 1}).to_vector() ==
        std::vector<double>(4, 0));
}

TEST_CASE("convolution and its adjoints give the same bits for any number of threads") {
  const Conv2dSizes s{.n = 21, .h = 9, .w = 9, .c = 6, .o = 16, .kh = 3, .kw = 3, .stride = 1, .padding = 1};
  const auto [x, weight, y] = random_arrays<float>(s);
  const auto all = [&, &x = x, &weight = weight, &y = y] {
    return Tensors{conv2d(x, weight, {.padding = 1}),
                   conv2d_input_gradient(y, weight, {.padding = 1}, x.shape()),
                   conv2d_weight_gradient(x, y, {.padding = 1}, weight.shape())};
  };
  const int before = threads();
  set_threads(1);
  const Tensors one = all();
  set_threads(3);
  const Tensors three = all();
  set_threads(before);
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i].to_vector() == three[i].to_vector());
}

TEST_CASE("convolution does not let a NaN out of the pixels and channels that it belongs to") {
  const Tensor x = ones({2, 4, 4, 3}), weight = ones({5, 3, 2, 2});
  x.mutable_data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  const Tensor y = conv2d(x, weight);
  for (Index i = 0; i < y.size(); ++i) CHECK(std::isnan(y.at(i)) == (i < 5));

  const Tensor g = ones({2, 3, 3, 5});
  g.mutable_data<float>()[1] = std::numeric_limits<float>::quiet_NaN();
  const Tensor w = conv2d_weight_gradient(ones({2, 4, 4, 3}), g, {}, {5, 3, 2, 2});
  for (Index i = 0; i < w.size(); ++i) CHECK(std::isnan(w.at(i)) == (i / 12 == 1));
}

TEST_CASE("the gradients of a convolution are its adjoints, and theirs are each other") {
  const Conv2dOptions options{.stride = 2, .padding = 1};
  Random random(4);
  const auto values = [&](const Shape& shape) { return variable(normal(shape, 0, 1, random, Dtype::f64)); };
  const Tensor x = values({2, 6, 5, 3}), w = values({4, 3, 3, 3}), y = values({2, 3, 3, 4});

  // One trilinear form, written with each of the three operators: all its derivatives must agree.
  const Tensor forms[] = {sum(conv2d(x, w, options) * y),
                          sum(conv2d_input_gradient(y, w, options, x.shape()) * x),
                          sum(conv2d_weight_gradient(x, y, options, w.shape()) * w)};
  for (const Tensor& form : forms) {
    CHECK(form.item() == doctest::Approx(forms[0].item()));
    const Tensors first = grad(form, {x, w, y}, {.create_graph = true});
    CHECK(relative_error(first[0], conv2d_input_gradient(y, w, options, x.shape())) < 1e-13);
    CHECK(relative_error(first[1], conv2d_weight_gradient(x, y, options, w.shape())) < 1e-13);
    CHECK(relative_error(first[2], conv2d(x, w, options)) < 1e-13);
    // d(dx . dx)/2 along x is 0, along w and y it is the first form's derivative at dx.
    const Tensors second = grad(sum(first[0] * first[0]) * 0.5, {x, w, y});
    CHECK(dot(second[0], second[0]) == 0);
    CHECK(relative_error(second[1], conv2d_weight_gradient(first[0], y, options, w.shape())) < 1e-13);
    CHECK(relative_error(second[2], conv2d(first[0], w, options)) < 1e-13);
  }
}

TEST_CASE("convolution says what does not fit") {
  CHECK_THROWS_WITH_AS(
      conv2d(zeros({2, 8, 8, 3}), zeros({16, 4, 3, 3})),
      "conv2d: input (2, 8, 8, 3) has 3 channels but weight (16, 4, 3, 3) expects 4 (input is n x h x w x "
      "c, weight out x in x kh x kw)",
      Error);
  CHECK_THROWS_WITH_AS(
      conv2d(zeros({2, 4, 8, 3}), zeros({1, 3, 7, 3}), {.padding = 1}),
      "conv2d: the kernel of weight (1, 3, 7, 3) is larger than input (2, 4, 8, 3) with padding 1", Error);
  CHECK_THROWS_WITH_AS(
      conv2d_input_gradient(zeros({2, 3, 3, 5}), zeros({4, 3, 2, 2}), {}, {2, 4, 4, 3}),
      "conv2d_input_gradient: gradient (2, 3, 3, 5) is not of the output's shape (2, 3, 3, 4)", Error);
  CHECK_THROWS_AS(conv2d(zeros({8, 8, 3}), zeros({1, 3, 3, 3})), Error);
  CHECK_THROWS_AS(conv2d(zeros({1, 8, 8, 3}), zeros({1, 3, 3, 3}, Dtype::f64)), Error);
  CHECK_THROWS_AS(conv2d(zeros({1, 8, 8, 3}), zeros({1, 3, 0, 3})), Error);
  CHECK_THROWS_AS(conv2d(zeros({1, 8, 8, 3}), zeros({1, 3, 3, 3}), {.stride = 0}), Error);
  CHECK_THROWS_AS(conv2d(zeros({1, 8, 8, 3}), zeros({1, 3, 3, 3}), {.padding = -1}), Error);
  CHECK_THROWS_AS(conv2d_weight_gradient(zeros({1, 8, 8, 3}), zeros({1, 6, 6, 2}), {}, {1, 3, 3, 3}), Error);
}
