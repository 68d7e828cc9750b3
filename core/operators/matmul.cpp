#include <voronet/core/autograd.h>
#include <voronet/core/kernels/gemm.h>
#include <voronet/core/operators/check.h>
#include <voronet/core/operators/matmul.h>

namespace voronet {
namespace {

void check(const Tensor& a, const Tensor& b, Transposed transposed) {
  require_same_dtype("matmul", a, b);
  require(a.rank() == 2 && b.rank() == 2, "matmul: ", a.shape(), " and ", b.shape(),
          " are not both matrices");
  const Index a_inner = a.dim(transposed.a ? 0 : 1), b_inner = b.dim(transposed.b ? 1 : 0);
  require(a_inner == b_inner, "matmul: ", a.shape(), transposed.a ? " transposed" : "", " and ", b.shape(),
          transposed.b ? " transposed" : "", " have inner sizes ", a_inner, " and ", b_inner);
}

Tensor product(const Tensor& a, const Tensor& b, Transposed transposed) {
  const Index m = a.dim(transposed.a ? 1 : 0), n = b.dim(transposed.b ? 0 : 1),
              k = a.dim(transposed.a ? 0 : 1);
  Tensor c({m, n}, a.dtype());
  visit(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::gemm<T>(m, n, k, 1, {a.data<T>(), a.dim(1), transposed.a}, {b.data<T>(), b.dim(1), transposed.b},
                     0, c.mutable_data<T>(), n);
  });
  return c;
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, Transposed transposed) {
  check(a, b, transposed);
  const auto [ta, tb] = transposed;
  // With A and B the factors after transposition, dA = dC B' and dB = A' dC; a transposed factor gets the
  // transpose of that, written as the product in the other order so that nothing is copied.
  const Rule to_a = [b = Saved(b), ta = ta, tb = tb](const Step& step) {
    const Tensor& c = step.gradient();
    return ta ? matmul(step.saved(b), c, {.a = tb, .b = true})
              : matmul(c, step.saved(b), {.a = false, .b = !tb});
  };
  const Rule to_b = [a = Saved(a), ta = ta, tb = tb](const Step& step) {
    const Tensor& c = step.gradient();
    return tb ? matmul(c, step.saved(a), {.a = true, .b = ta})
              : matmul(step.saved(a), c, {.a = !ta, .b = false});
  };
  return record("matmul", product(a, b, transposed), {{a, to_a}, {b, to_b}});
}

}  // namespace voronet
