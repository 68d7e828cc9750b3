#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/elementwise.h>
#include <voronet/core/operators/reductions.h>

namespace voronet {
namespace {

// Gives an input the gradient where `low` is below `high` or one is NaN, half of it where they are equal.
Rule where_below(const Tensor& low, const Tensor& high, const Shape& shape) {
  return [=, low = Saved(low.detach()), high = Saved(high.detach())](const Step& s) {
    const Tensor share = combine("where_below", s.saved(low), s.saved(high), [](auto v, auto w) {
      using T = decltype(v);
      return v > w ? T(0) : v == w ? T(0.5) : T(1);
    });
    return sum_to(s.gradient() * share, shape);
  };
}

}  // namespace

Tensor operator+(const Tensor& a, const Tensor& b) {
  return record("add", combine("add", a, b, [](auto x, auto y) { return x + y; }),
                {{a, [shape = a.shape()](const Step& s) { return sum_to(s.gradient(), shape); }},
                 {b, [shape = b.shape()](const Step& s) { return sum_to(s.gradient(), shape); }}});
}

Tensor operator-(const Tensor& a, const Tensor& b) {
  return record("subtract", combine("subtract", a, b, [](auto x, auto y) { return x - y; }),
                {{a, [shape = a.shape()](const Step& s) { return sum_to(s.gradient(), shape); }},
                 {b, [shape = b.shape()](const Step& s) { return sum_to(-s.gradient(), shape); }}});
}

Tensor operator*(const Tensor& a, const Tensor& b) {
  return record("multiply", combine("multiply", a, b, [](auto x, auto y) { return x * y; }),
                {{a, [b = Saved(b),
                      shape = a.shape()](const Step& s) { return sum_to(s.gradient() * s.saved(b), shape); }},
                 {b, [a = Saved(a), shape = b.shape()](const Step& s) {
                    return sum_to(s.gradient() * s.saved(a), shape);
                  }}});
}

Tensor operator/(const Tensor& a, const Tensor& b) {
  return record("divide", combine("divide", a, b, [](auto x, auto y) { return x / y; }),
                {{a, [b = Saved(b),
                      shape = a.shape()](const Step& s) { return sum_to(s.gradient() / s.saved(b), shape); }},
                 {b, [a = Saved(a), b = Saved(b), shape = b.shape()](const Step& s) {
                    // Not a / (b * b): a square leaves the range of floats long before the quotient does.
                    const Tensor &x = s.saved(a), &y = s.saved(b);
                    return sum_to(-s.gradient() * (x / y / y), shape);
                  }}});
}

Tensor operator-(const Tensor& x) { return x * -1.0; }

Tensor operator+(const Tensor& a, double b) { return a + scalar(b, a.dtype()); }
Tensor operator-(const Tensor& a, double b) { return a - scalar(b, a.dtype()); }
Tensor operator*(const Tensor& a, double b) { return a * scalar(b, a.dtype()); }
Tensor operator/(const Tensor& a, double b) { return a / scalar(b, a.dtype()); }
Tensor operator+(double a, const Tensor& b) { return scalar(a, b.dtype()) + b; }
Tensor operator-(double a, const Tensor& b) { return scalar(a, b.dtype()) - b; }
Tensor operator*(double a, const Tensor& b) { return scalar(a, b.dtype()) * b; }
Tensor operator/(double a, const Tensor& b) { return scalar(a, b.dtype()) / b; }

Tensor maximum(const Tensor& a, const Tensor& b) {
  return record("maximum", combine("maximum", a, b, [](auto x, auto y) { return x > y || x != x ? x : y; }),
                {{a, where_below(b, a, a.shape())}, {b, where_below(a, b, b.shape())}});
}

Tensor minimum(const Tensor& a, const Tensor& b) {
  return record("minimum", combine("minimum", a, b, [](auto x, auto y) { return x < y || x != x ? x : y; }),
                {{a, where_below(a, b, a.shape())}, {b, where_below(b, a, b.shape())}});
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  require_same_dtype("where", a, b);
  require_same_dtype("where", condition, a);
  const Shape shape = broadcast(condition.shape(), broadcast(a.shape(), b.shape(), "where"), "where");
  const Tensor out = filled(shape, a.dtype(), [&]<class T>(T* to) {
    if (shape.size() == 0) return;
    const auto walk = kernels::make_walk<3>(shape, {condition.shape(), a.shape(), b.shape()});
    const auto inner = static_cast<std::size_t>(walk.rank) - 1;
    const Index c_step = walk.steps[inner][0], a_step = walk.steps[inner][1], b_step = walk.steps[inner][2];
    kernels::for_each_row(walk, [&](Index first, const auto& at, Index count) {
      T* o = to + first;
      const T *c = condition.data<T>() + at[0], *x = a.data<T>() + at[1], *y = b.data<T>() + at[2];
      // Both values are read whatever the condition says, so that nothing branches on it.
      const auto select = [](T condition_value, T yes, T no) { return condition_value != T(0) ? yes : no; };
      if (c_step == 1 && a_step == 1 && b_step == 0) {  // the gradient of relu; the compiler vectorises it
        const T no = *y;
        for (Index i = 0; i < count; ++i) o[i] = select(c[i], x[i], no);
      } else {
        for (Index i = 0; i < count; ++i) o[i] = select(c[i * c_step], x[i * a_step], y[i * b_step]);
      }
    });
  });
  // The condition is detached: the graph keeps its values, not its history.
  const Saved c(condition.detach());
  const Tensor none = scalar(0, a.dtype());
  return record(
      "where", out,
      {{a, [=, to = a.shape()](const Step& s) { return sum_to(where(s.saved(c), s.gradient(), none), to); }},
       {b,
        [=, to = b.shape()](const Step& s) { return sum_to(where(s.saved(c), none, s.gradient()), to); }}});
}

Tensor greater(const Tensor& a, const Tensor& b) {
  return combine("greater", a, b, [](auto x, auto y) { return x > y ? decltype(x)(1) : decltype(x)(0); });
}
Tensor greater(const Tensor& a, double b) { return greater(a, scalar(b, a.dtype())); }
Tensor less(const Tensor& a, double b) { return greater(scalar(b, a.dtype()), a); }

}  // namespace voronet
