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

// What kernel(m, n, k, a, b, c) makes of them.
template <class Kernel>
Tensor product(const Tensor& a, const Tensor& b, Transposed transposed, const Kernel& kernel) {
  const Index m = a.dim(transposed.a ? 1 : 0), n = b.dim(transposed.b ? 0 : 1),
              k = a.dim(transposed.a ? 0 : 1);
  return filled({m, n}, a.dtype(), [&]<class T>(T* c) {
    kernel(m, n, k, kernels::Factor<T>{a.data<T>(), a.dim(1), transposed.a},
           kernels::Factor<T>{b.data<T>(), b.dim(1), transposed.b}, c);
  });
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, Transposed transposed) {
  check("matmul", a, b, transposed);
  // With A and B the factors after transposition, dA = dC B' and dB = A' dC; a transposed factor gets the
  // transpose of that, written as the product in the other order so that nothing is copied.
  const Rule to_a = [b = Saved(b), t = transposed](const Step& step) {
    const Tensor& c = step.gradient();
    return t.a ? matmul(step.saved(b), c, {.a = t.b, .b = true})
               : matmul(c, step.saved(b), {.a = false, .b = !t.b});
  };
  const Rule to_b = [a = Saved(a), t = transposed](const Step& step) {
    const Tensor& c = step.gradient();
    return t.b ? matmul(c, step.saved(a), {.a = true, .b = t.a})
               : matmul(step.saved(a), c, {.a = !t.a, .b = false});
  };
  return record("matmul", product(a, b, transposed, [](auto... of) { kernels::gemm(of...); }),
                {{a, to_a}, {b, to_b}});
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  check("linear", x, weight, {.b = true});
  if (bias.defined()) {
    require_same_dtype("linear", x, bias);
    require(bias.shape() == Shape{weight.dim(0)}, "linear: weight ", weight.shape(), " and bias ",
            bias.shape(), " do not fit");
  }
  const auto kernel = [&]<class T>(Index m, Index n, Index k, const kernels::Factor<T>& a,
                                   const kernels::Factor<T>& b, T* c) {
    kernels::linear<T>(m, n, k, a, b, c, bias.defined() ? bias.data<T>() : nullptr);
  };
  return record(
      "linear", product(x, weight, {.b = true}, kernel),
      {{x, [weight = Saved(weight)](const Step& s) { return matmul(s.gradient(), s.saved(weight)); }},
       {weight, [x = Saved(x)](const Step& s) { return matmul(s.gradient(), s.saved(x), {.a = true}); }},
       {bias, [](const Step& s) { return sum(s.gradient(), {0}); }}});
}

}  // namespace voronet
