#include <voronet/core/autograd.h>
#include <voronet/core/kernels/explain.h>
#include <voronet/core/kernels/packed.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/convolution.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/pooling.h>
#include <voronet/core/operators/reductions.h>

#include "support/convolutions.h"
#include "support/plain.h"
#include "support/sanitized.h"
#include "support/threads_are.h"

using namespace voronet;
using namespace voronet::test;
using kernels::Direction;

namespace {

std::string kernel_of(const Conv2dSizes& s, Direction direction) {
  return kernels::explain(direction, s).kernel;
}

// The three kernels that convolution.h chooses.
template <class T>
void check_chosen(const Conv2dSizes& s, const Arrays& arrays, const References& expected) {
  const Tensor x = arrays.x.to(dtype_of<T>), weight = arrays.weight.to(dtype_of<T>),
               y = arrays.y.to(dtype_of<T>);
  const T *px = x.template data<T>(), *pw = weight.template data<T>(), *py = y.template data<T>();
  const auto bound = [&](Direction direction, Index plain_terms, Index tile_terms, double size) {
    return kernel_of(s, direction) == "Winograd" ? rounding_bound<T>(tile_terms, size, winograd_roundings)
                                                 : rounding_bound<T>(plain_terms);
  };
  const Index tiles = s.n * ((s.out_h() + 3) / 4) * ((s.out_w() + 3) / 4);
  check_near<T>(result<T>(y.shape(), [&](T* out) { kernels::conv2d(s, px, pw, out); }), expected.y,
                bound(Direction::forward, s.c * s.kh * s.kw, s.c, winograd_size));
  check_near<T>(result<T>(x.shape(), [&](T* out) { kernels::conv2d_input_gradient(s, py, pw, out); }),
                expected.x, bound(Direction::input_gradient, s.o * s.kh * s.kw, s.o, winograd_size));
  check_near<T>(
      result<T>(weight.shape(), [&](T* out) { kernels::conv2d_weight_gradient(s, px, py, out); }),
      expected.weight,
      bound(Direction::weight_gradient, s.n * s.out_h() * s.out_w(), tiles, winograd_gradient_size));
}

void check_against_reference(const Conv2dSizes& s) {
  const std::string sizes = describe(s);
  INFO(sizes);
  const Arrays arrays = random_arrays(s);
  const References expected = reference_of(s, arrays);
  check_chosen<float>(s, arrays, expected);
  check_chosen<double>(s, arrays, expected);
}

double dot(const Tensor& a, const Tensor& b) { return sum(a * b).item(); }

}  // namespace

TEST_CASE("convolution and its adjoints agree with plain loops over odd channels and kernels") {
  for (const Index c : {1, 3, 6, 17})
    for (const Index o : {1, 5, 7, 16, 33, 64})
      for (const Index k : {1, 2, 3, 5})
        for (const Index padding : {0, 2}) check_against_reference({2, 7, 9, c, o, k, k, 1, padding});
}

TEST_CASE(
    "convolution and its adjoints agree with plain loops over strides and kernels that are not square") {
  for (const Index stride : {1, 2, 3})
    for (const Index padding : {0, 1, 2})
      for (const Index kh : {1, 3, 4})
        for (const Index kw : {1, 2, 5}) {
          check_against_reference({3, 8, 11, 3, 7, kh, kw, stride, padding});
          check_against_reference({1, 5, 6, 16, 33, kh, kw, stride, padding});
        }
}

TEST_CASE("convolution agrees with plain loops where sizes are extreme") {
  check_against_reference({2, 5, 7, 6, 16, 5, 7, 1, 0});     // the kernel is the image
  check_against_reference({2, 1, 1, 6, 16, 5, 5, 1, 2});     // the kernel is the padded image
  check_against_reference({2, 4, 4, 3, 5, 1, 1, 1, 3});      // more padding than the kernel reaches
  check_against_reference({2, 4, 4, 3, 5, 3, 3, 1, 4});      // the same, with a kernel for Winograd
  check_against_reference({2, 4, 4, 3, 5, 2, 2, 5, 0});      // a stride that leaves pixels out
  check_against_reference({1, 40, 3, 1, 1, 3, 3, 1, 1});     // one channel, a narrow image
  check_against_reference({1, 3, 50, 65, 130, 3, 3, 1, 1});  // more channels than a block
  check_against_reference({37, 3, 3, 2, 3, 2, 2, 1, 0});     // more images than groups of partial sums
  check_against_reference({9, 9, 9, 66, 70, 3, 3, 1, 1});    // more tiles than a thread takes at a time
  check_against_reference({4, 1, 2, 67, 131, 3, 3, 1, 1});   // a tiny map, more channels than a block
  check_against_reference({150, 2, 1, 16, 17, 3, 2, 1, 1});  // the same, more images than share a weight
  check_against_reference({5, 2, 2, 17, 19, 1, 1, 1, 1});    // the same, pixels whose only tap is outside
  check_against_reference({6, 9, 7, 18, 16, 2, 3, 4, 0});    // the same, a stride that leaves pixels out
}

TEST_CASE("convolution and its adjoints agree with plain loops over 2,000 random sizes") {
  Random random(5);
  const auto between = [&](Index low, Index high) {
    return low + static_cast<Index>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  };
  int checked = 0, tiny_maps = 0;
  while (checked < (test::sanitized ? 400 : 2000)) {
    const bool three = random.below(2) == 0;  // half of them 3x3, which have the most kernels
    const bool tiny = random.below(3) == 0;   // with more images, which the kernel for such maps wants
    const Conv2dSizes s{.n = between(1, tiny ? 20 : 6),
                        .h = between(1, tiny ? 5 : 14),
                        .w = between(1, tiny ? 5 : 14),
                        .c = between(1, 40),
                        .o = between(1, 70),
                        .kh = three ? 3 : between(1, 5),
                        .kw = three ? 3 : between(1, 5),
                        .stride = three ? between(1, 2) : between(1, 3),
                        .padding = between(0, 3)};
    if (s.kh > s.h + 2 * s.padding || s.kw > s.w + 2 * s.padding ||
        s.n * s.out_h() * s.out_w() * s.o * s.c * s.kh * s.kw > 500'000)
      continue;
    check_against_reference(s);
    ++checked;
    tiny_maps += kernel_of(s, Direction::forward) == "pixel";
  }
  CHECK((tiny_maps > checked / 20) != plain_build);
}

TEST_CASE_TEMPLATE("what follows a convolution is done as if it were done by itself", T, float, double) {
  Random random(3);
  const auto values = [&](const Shape& shape) { return normal(shape, 0, 1, random, dtype_of<T>); };
  for (const Conv2dSizes& s :
       {Conv2dSizes{3, 7, 6, 5, 9, 5, 5, 2, 1}, Conv2dSizes{8, 9, 7, 20, 35, 3, 3, 1, 1},
        Conv2dSizes{9, 2, 2, 20, 35, 3, 3, 1, 1}}) {
    const Tensor x = values({s.n, s.h, s.w, s.c}), weight = values({s.o, s.c, s.kh, s.kw}),
                 bias = values({s.o}), residual = values({s.n, s.out_h(), s.out_w(), s.o});
    const Tensor plain = conv2d(x, weight, {.stride = s.stride, .padding = s.padding});
    const Tensor fused = result<T>(plain.shape(), [&](T* out) {
      kernels::PackedConv2d<T>(s, weight.template data<T>())(
          s.n, x.template data<T>(), {bias.template data<T>(), residual.template data<T>(), true}, out);
    });
    CHECK(fused.to_vector() == relu(plain + bias + residual).to_vector());
  }
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
  const Conv2dSizes narrow{
      .n = 21, .h = 9, .w = 9, .c = 6, .o = 16, .kh = 3, .kw = 3, .stride = 1, .padding = 1};
  const Conv2dSizes wide{
      .n = 9, .h = 9, .w = 9, .c = 40, .o = 33, .kh = 3, .kw = 3, .stride = 1, .padding = 1};
  const Conv2dSizes tiny{
      .n = 150, .h = 2, .w = 2, .c = 70, .o = 33, .kh = 3, .kw = 3, .stride = 1, .padding = 1};
  for (const Conv2dSizes& s : {narrow, wide, tiny}) {
    const Arrays arrays = random_arrays(s);
    const Tensor x = arrays.x.to(Dtype::f32), weight = arrays.weight.to(Dtype::f32),
                 y = arrays.y.to(Dtype::f32);
    const auto all = [&] {
      return Tensors{conv2d(x, weight, {.padding = 1}),
                     conv2d_input_gradient(y, weight, {.padding = 1}, x.shape()),
                     conv2d_weight_gradient(x, y, {.padding = 1}, weight.shape())};
    };
    const Tensors one = with_threads(1, all), three = with_threads(3, all);
    for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i].to_vector() == three[i].to_vector());
  }
}

TEST_CASE("a weight packed for many images convolves any number of them, tiny maps too") {
  const Conv2dSizes many{
      .n = 9, .h = 2, .w = 3, .c = 17, .o = 20, .kh = 3, .kw = 3, .stride = 1, .padding = 1};
  REQUIRE((test::plain_build || kernel_of(many, Direction::forward) == "pixel"));
  const Arrays arrays = random_arrays(many);
  const kernels::PackedConv2d<double> convolve(many, arrays.weight.data<double>());
  const auto of_images = [&](Index n) {
    const Shape shape{n, 2, 3, 20};
    return result<double>(shape, [&](double* out) { convolve(n, arrays.x.data<double>(), {}, out); });
  };
  const std::vector<double> all = of_images(9).to_vector();
  for (const Index n : {0, 1, 2, 8}) {
    const std::vector<double> some = of_images(n).to_vector();
    CHECK(std::equal(some.begin(), some.end(), all.begin()));
  }
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

TEST_CASE("a convolution with its tail is the convolution, pooling and ReLU, and so are its gradients") {
  Random random(8);
  const auto values = [&](const Shape& shape) { return variable(normal(shape, 0, 1, random, Dtype::f64)); };
  const Tensor x = values({3, 9, 8, 2}), w = values({5, 2, 3, 3}), b = values({5});
  for (const Conv2dTail tail :
       {Conv2dTail{}, {.relu = true}, {.max_pool = 2}, {.max_pool = 3, .relu = true}}) {
    const Tensor fused = conv2d(x, w, b, {.padding = 1}, tail);
    Tensor plain = conv2d(x, w, {.padding = 1}) + b;
    if (tail.max_pool > 1) plain = max_pool2d(plain, {.size = tail.max_pool});
    if (tail.relu) plain = relu(plain);
    CHECK(fused.to_vector() == plain.to_vector());
    const Tensors expected = grad(sum(plain * plain), {x, w, b}), got = grad(sum(fused * fused), {x, w, b});
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(relative_error(got[i], expected[i]) < 1e-13);
  }
}

TEST_CASE("convolution says what does not fit") {
  CHECK_THROWS_WITH_AS(conv2d(zeros({2, 8, 8, 3}), zeros({6, 3, 3, 3}), zeros({5}), {}),
                       "conv2d: bias (5) is not of the 6 output channels of weight (6, 3, 3, 3)", Error);
  CHECK_THROWS_WITH_AS(conv2d(zeros({2, 4, 9, 3}), zeros({6, 3, 3, 3}), Tensor(), {}, {.max_pool = 3}),
                       "conv2d: windows of side 3 do not fit into output (2, 2, 7, 6)", Error);

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

TEST_CASE("a padding that no size can take is refused") {
  const Tensor x = ones({1, 2, 2, 1}), weight = ones({1, 1, 1, 1});
  for (const Index padding : {Index{1} << 62, (Index{1} << 62) - 1})
    CHECK_THROWS_WITH_AS(conv2d(x, weight, {.padding = padding}),
                         text("conv2d: padding ", padding, " is too large").c_str(), Error);
}
