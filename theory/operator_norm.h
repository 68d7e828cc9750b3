// Operator norms: by how much a linear map can stretch a vector, |A| = max |A x| / |x|, the largest singular
// value. An estimate from below that converges to it, and a bound from above.
#pragma once

#include <voronet/core/operators/convolution.h>
#include <voronet/core/tensor.h>

#include <cstdint>
#include <functional>

namespace voronet {

struct PowerOptions {
  // Of the residual, > 0: the norm is within about half of that, relatively, of a singular value, and much
  // nearer (by the order of its square) where the largest stands apart from the others.
  double tolerance = 1e-4;
  Index iterations = 1000;  // at most, >= 1
  std::uint64_t seed = 1;   // of the random vector that it starts from
};

// What power iteration found.
struct PowerNorm {
  double norm = 0;       // |A v| for a vector |v| = 1: never above |A|, but for rounding
  Index iterations = 0;  // applications of A and its adjoint
  double residual = 0;   // |A^T A v - norm^2 v| / norm^2; 0 for A = 0
};

using TensorMap = std::function<Tensor(const Tensor& x)>;

// Power iteration on A^T A: v <- A^T A v / |A^T A v|. `domain` is the shape of the vectors that A takes; all
// tensors are f64. Throws Error unless the options are as said, or for a norm that is not finite.
PowerNorm power_norm(const TensorMap& map, const TensorMap& adjoint, const Shape& domain,
                     const PowerOptions& options = {});

// Of a matrix (m, n), of any dtype.
PowerNorm matrix_norm(const Tensor& matrix, const PowerOptions& options = {});

// Of the convolution of images height x width; weight (out, in, kh, kw), any dtype. Throws as conv2d does.
PowerNorm convolution_norm(const Tensor& weight, Index height, Index width, Conv2dOptions conv,
                           const PowerOptions& options = {});

// The norm of a matrix (m, n) from above, by Gram iteration: with G = A A^T,
//   |A|^(2 p) = |G^p| <= |G^p|_F  for p = 1, 2, 4, 8, ...,
// so each Frobenius norm gives a bound, and they fall towards |A|. It stops within a relative 1e-6 of |A| and
// adds 1e-9 for rounding. Unlike power iteration it cannot miss a direction. (Delattre, Barthelemy, Araujo,
// Allauzen, "Efficient Bound of Lipschitz Constant for Convolutional Layers by Gram Iteration", ICML 2023.)
double matrix_norm_bound(const Tensor& matrix);

// The norm of a convolution (as convolution_norm's) from above.
//
// Images with their zeros around them lie on a grid N x M, N = height + 2 padding and M likewise, rounded up
// to multiples of the stride s. Wrap the convolution around the edges of this grid: then the outputs of the
// zero-padded one are some of its outputs, for inputs that are 0 on the border, so its norm is the larger.
// The Fourier transform turns it into one matrix (out, in) a frequency,
//   K(f, g) = sum over a, b of weight[:, :, a, b] exp(2 pi i (f a / N + g b / M)),
// and stride 1's norm is the largest of theirs. Keeping every s-th output adds up the frequencies that look
// the same on the coarse grid N/s x M/s: f, f + N/s, f + 2 N/s, ... With Fourier transforms that keep lengths
// on both grids the sum gets the factor 1/s, so the norm is the largest, over coarse frequencies, of that of
// the matrix (out, s^2 in) of those s^2 matrices side by side, divided by s.
// Each of them is bounded as matrix_norm_bound does. The norm of the kernel reshaped to (out, in kh kw) is
// not a bound: at one output it sees a patch, but patches overlap.
double convolution_norm_bound(const Tensor& weight, Index height, Index width, Conv2dOptions conv);

// The convolution as a matrix (height width in, outputs), its transpose: |x^T M| = |C x|. For small ones its
// matrix_norm_bound is nearer than convolution_norm_bound, which wraps around the edges.
Tensor dense_convolution(const Tensor& weight, Index height, Index width, Conv2dOptions conv);

// By how much the convolution's output moves at most for a change in one pixel, in all its channels, from
// above: the norm of the kernel reshaped to (in, out kh kw). A stride or border only leaves outputs away.
double one_pixel_norm_bound(const Tensor& weight);

}  // namespace voronet
