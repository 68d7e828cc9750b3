#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/matmul.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/core/parallel.h>
#include <voronet/core/random.h>
#include <voronet/theory/operator_norm.h>
#include <voronet/theory/values.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

namespace voronet {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// A complex matrix; im is undefined for a real one.
struct Matrix {
  Tensor re, im;
};

// A A^H, or its counterpart for the plain transpose of A where that is smaller: the singular values are the
// same. The imaginary part of B B^H for B = S + i T is T S^T minus its own transpose.
Matrix gram(const Matrix& a) {
  const bool tall = a.re.dim(0) > a.re.dim(1);
  const Transposed sides{.a = tall, .b = !tall};
  if (!a.im.defined()) return {matmul(a.re, a.re, sides), {}};
  const Tensor cross = matmul(a.im, a.re, sides);
  return {matmul(a.re, a.re, sides) + matmul(a.im, a.im, sides), cross - transpose(cross)};
}

double length(const Matrix& a) {
  return a.im.defined() ? std::hypot(length(a.re), length(a.im)) : length(a.re);
}

double trace(const Matrix& a) {
  double total = 0;
  for (Index i = 0; i < a.re.dim(0); ++i) total += a.re.at(i * a.re.dim(1) + i);
  return total;
}

// ln of an upper bound of |A|, within 1e-6 of ln |A|, or coarser if that is enough to see that |A| is not
// above exp(known). G = (A A^H)^power, its length divided out into log_scale, has non-negative eigenvalues;
// the largest is at most its length, which is 1, and at least sum(eigenvalue^2) / sum(eigenvalue) = 1 /
// trace.
double log_norm_bound(const Matrix& a, double known) {
  Matrix g = gram(a);
  double log_scale = 0;
  for (double power = 1;; power *= 2) {
    const double size = length(g);
    if (size == 0) return -infinity;
    g = {g.re / size, g.im.defined() ? g.im / size : Tensor()};
    log_scale += std::log(size);
    const double bound = log_scale / (2 * power);
    if (bound <= known || std::log(trace(g)) / (2 * power) < 1e-6) return bound;
    g = gram(g);
    log_scale *= 2;
  }
}

// What rounding may have taken away: a Gram matrix of n rows is wrong by a relative n 1e-16, each further one
// doubles that and halves its weight in the logarithm.
double rounded_up(double norm) { return norm * (1 + 1e-9); }

// Row 0..n-1: the cosines of n frequencies at each of the kernel's taps, then their sines. The frequencies
// are those that look like (f, g) on the coarse grid of rows x columns.
Tensor waves(Index f, Index g, Index rows, Index columns, Index stride, Index kernel_h, Index kernel_w) {
  const Index n = stride * stride, taps = kernel_h * kernel_w;
  Tensor result({2 * n, taps}, Dtype::f64);
  double* at = result.mutable_data<double>();
  for (Index i = 0; i < n; ++i)
    for (Index tap = 0; tap < taps; ++tap) {
      const auto row = static_cast<double>((f + i / stride * rows) * (tap / kernel_w)),
                 column = static_cast<double>((g + i % stride * columns) * (tap % kernel_w));
      const double angle =
          2 * std::numbers::pi *
          (row / static_cast<double>(rows * stride) + column / static_cast<double>(columns * stride));
      at[i * taps + tap] = std::cos(angle);
      at[(n + i) * taps + tap] = std::sin(angle);
    }
  return result;
}

void require_convolution(const Tensor& weight, Index height, Index width, Conv2dOptions conv) {
  require(weight.rank() == 4 && weight.size() > 0, "convolution norm: weight ", weight.shape(),
          " is not out x in x kh x kw");
  require(conv.stride >= 1 && conv.padding >= 0 && weight.dim(2) <= height + 2 * conv.padding &&
              weight.dim(3) <= width + 2 * conv.padding,
          "convolution norm: weight ", weight.shape(), " with stride ", conv.stride, " and padding ",
          conv.padding, " does not fit images ", height, " x ", width);
}

}  // namespace

PowerNorm power_norm(const TensorMap& map, const TensorMap& adjoint, const Shape& domain,
                     const PowerOptions& options) {
  require(options.tolerance > 0 && options.iterations >= 1 && domain.size() >= 1,
          "power iteration: tolerance ", options.tolerance, " and ", options.iterations,
          " iterations on vectors ", domain, " (above 0, at least 1, not empty)");
  const NoGrad scope;
  Random random(options.seed);
  Tensor v = normal(domain, 0, 1, random, Dtype::f64);
  v = v / length(v);
  PowerNorm result;
  while (result.iterations < options.iterations) {
    const Tensor image = map(v);
    result.norm = length(image);
    require(std::isfinite(result.norm), "power iteration: the norm is not finite");
    ++result.iterations;
    if (result.norm == 0) return result;
    const Tensor back = adjoint(image);
    const double eigenvalue = result.norm * result.norm;
    result.residual = length(back - eigenvalue * v) / eigenvalue;
    if (result.residual <= options.tolerance) return result;
    v = back / length(back);
  }
  return result;
}

PowerNorm matrix_norm(const Tensor& matrix, const PowerOptions& options) {
  require(matrix.rank() == 2, "matrix norm: ", matrix.shape(), " is not a matrix");
  const Tensor a = matrix.detach().to(Dtype::f64);
  return power_norm([&](const Tensor& x) { return matmul(a, x); },
                    [&](const Tensor& y) { return matmul(a, y, {.a = true}); }, {a.dim(1), 1}, options);
}

PowerNorm convolution_norm(const Tensor& weight, Index height, Index width, Conv2dOptions conv,
                           const PowerOptions& options) {
  require_convolution(weight, height, width, conv);
  const Tensor kernel = weight.detach().to(Dtype::f64);
  const Shape domain{1, height, width, kernel.dim(1)};
  return power_norm([&](const Tensor& x) { return conv2d(x, kernel, conv); },
                    [&](const Tensor& y) { return conv2d_input_gradient(y, kernel, conv, domain); }, domain,
                    options);
}

double matrix_norm_bound(const Tensor& matrix) {
  require(matrix.rank() == 2, "matrix norm: ", matrix.shape(), " is not a matrix");
  const NoGrad scope;
  const Tensor a = matrix.to(Dtype::f64);
  const double unit = largest_magnitude("operator norm: the weight", a);
  if (unit == 0) return 0;
  return rounded_up(unit * std::exp(log_norm_bound({a / unit, {}}, -infinity)));
}

double convolution_norm_bound(const Tensor& weight, Index height, Index width, Conv2dOptions conv) {
  require_convolution(weight, height, width, conv);
  const NoGrad scope;
  const Tensor kernel = weight.to(Dtype::f64);
  const double unit = largest_magnitude("operator norm: the weight", kernel);
  if (unit == 0) return 0;
  const Index stride = conv.stride, n = stride * stride, out = weight.dim(0), in = weight.dim(1);
  const Tensor taps = reshape(transpose(kernel / unit, {2, 3, 1, 0}), {-1, in * out});
  const auto coarse = [&](Index size) { return divide_up(size + 2 * conv.padding, stride); };
  const Index rows = coarse(height), columns = coarse(width);

  // A frequency and its negative have conjugate matrices: one of the two is enough.
  std::vector<std::pair<Index, Index>> frequencies;
  for (Index f = 0; f < rows; ++f)
    for (Index g = 0; g < columns; ++g)
      if (std::pair(f, g) <= std::pair((rows - f) % rows, (columns - g) % columns))
        frequencies.emplace_back(f, g);

  // Pieces of a few frequencies each know their own largest so far, so threads do not change the result.
  constexpr Index piece = 4;
  std::vector<double> bounds(frequencies.size(), -infinity);
  parallel_for(std::ssize(frequencies), piece, [&](Index first, Index last) {
    const NoGrad here;
    double largest = -infinity;
    for (Index i = first; i < last; ++i) {
      const auto& [f, g] = frequencies[i];
      const Tensor parts = matmul(waves(f, g, rows, columns, stride, weight.dim(2), weight.dim(3)), taps);
      const auto stacked = [&](Index part) {
        return reshape(slice(parts, 0, part * n, (part + 1) * n), {n * in, out});
      };
      largest = std::max(largest, log_norm_bound({stacked(0), stacked(1)}, largest));
      bounds[i] = largest;
    }
  });
  const double largest = *std::max_element(bounds.begin(), bounds.end());
  return rounded_up(unit * std::exp(largest) / static_cast<double>(stride));
}

Tensor dense_convolution(const Tensor& weight, Index height, Index width, Conv2dOptions conv) {
  require_convolution(weight, height, width, conv);
  const NoGrad scope;
  const Index inputs = height * width * weight.dim(1);
  const Tensor units = reshape(identity(inputs), {inputs, height, width, weight.dim(1)});
  return reshape(conv2d(units, weight.to(Dtype::f64), conv), {inputs, -1});
}

double one_pixel_norm_bound(const Tensor& weight) {
  require(weight.rank() == 4, "one-pixel norm: weight ", weight.shape(), " is not out x in x kh x kw");
  const NoGrad scope;
  return matrix_norm_bound(reshape(transpose(weight, {1, 0, 2, 3}), {weight.dim(1), -1}));
}

}  // namespace voronet
