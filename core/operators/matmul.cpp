#include <voronet/core/autograd.h>
#include <voronet/core/kernels/gemm.h>
#include <voronet/core/operators/check.h>
#include <voronet/core/operators/matmul.h>
#include <voronet/core/operators/reductions.h>

namespace voronet {
namespace {

void check(const char* name, const Tensor& a, const Tensor& b, Transposed transposed) {
  require_same_dtype(name, a, b);
  require(a.rank() == 2 && b.rank() == 2, name, ": ", a.shape(), " and ", b.shape(),
          " are not both matrices");
  const Index a_inner = a.dim(transposed.a ? 0 : 1), b_inner = b.dim(transposed.b ? 1 : 0);
  require(a_inner == b_inner, name, ": ", a.shape(), transposed.a ? " transposed" : "", " and ", b.shape(),
          transposed.b ? " transposed" : "", " have inner sizes ", a_inner, " and ", b_inner);
}

Tensor product(const Tensor& a, const Tensor& b, Transposed transposed, const Tensor& bias = {}) {
  const Index m = a.dim(transposed.a ? 1 : 0), n = b.dim(transposed.b ? 0 : 1),
              k = a.dim(transposed.a ? 0 : 1);
  Tensor c({m, n}, a.dtype());
  visit(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::gemm<T>(m, n, k, {a.data<T>(), a.dim(1), transposed.a}, {b.data<T>(), b.dim(1), transposed.b},
                     c.mutable_data<T>(), bias.defined() ? bias.data<T>() : nullptr);
  });
  return c;
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, Transposed transposed) {
  check("matmul", a, b, transposed);
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

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (!bias.defined()) return matmul(x, weight, {.b = true});
  check("linear", x, weight, {.b = true});
  require_same_dtype("linear", x, bias);
  require(bias.shape() == Shape{weight.dim(0)}, "linear: weight ", weight.shape(), " and bias ", bias.shape(),
          " do not fit");
  return record(
      "linear", product(x, weight, {.b = true}, bias),
      {{x, [weight = Saved(weight)](const Step& s) { return matmul(s.gradient(), s.saved(weight)); }},
       {weight, [x = Saved(x)](const Step& s) { return matmul(s.gradient(), s.saved(x), {.a = true}); }},
       {bias, [](const Step& s) { return sum(s.gradient(), {0}); }}});
}

}  // namespace voronet
