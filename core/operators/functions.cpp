#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/elementwise.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/reductions.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

// -1, 0 or 1; a constant.
Tensor sign(const Tensor& x) {
  return apply("sign", x, [](auto v) { return static_cast<decltype(v)>((v > 0) - (v < 0)); });
}

template <class T>
void log_softmax_row(const T* x, T* out, Index n) {
  const T largest = *std::max_element(x, x + n);
  T total = 0;
  for (Index i = 0; i < n; ++i) total += std::exp(x[i] - largest);
  const T rest = std::log(total);  // beside logits of thousands it would lose its digits
  for (Index i = 0; i < n; ++i) out[i] = x[i] - largest - rest;
}

}  // namespace

Tensor exp(const Tensor& x) {
  return record("exp", apply("exp", x, [](auto v) { return std::exp(v); }),
                {{x, [](const Step& s) { return s.gradient() * s.output(); }}}, Keep::output);
}

Tensor log(const Tensor& x) {
  return record("log", apply("log", x, [](auto v) { return std::log(v); }),
                {{x, [x = Saved(x)](const Step& s) { return s.gradient() / s.saved(x); }}});
}

Tensor sqrt(const Tensor& x) {
  return record("sqrt", apply("sqrt", x, [](auto v) { return std::sqrt(v); }),
                {{x, [](const Step& s) { return s.gradient() / (2 * s.output()); }}}, Keep::output);
}

Tensor abs(const Tensor& x) {
  return record("abs", apply("abs", x, [](auto v) { return std::abs(v); }),
                {{x, [x = Saved(x.detach())](const Step& s) { return s.gradient() * sign(s.saved(x)); }}});
}

Tensor square(const Tensor& x) { return x * x; }

Tensor pow(const Tensor& x, double exponent) {
  const auto power = [=](auto v) { return std::pow(v, static_cast<decltype(v)>(exponent)); };
  const Rule rule = [x = Saved(x), exponent](const Step& s) {
    const Tensor scaled = s.gradient() * exponent;
    return exponent == 0 ? scaled : scaled * pow(s.saved(x), exponent - 1);  // x^-1 is infinite at 0
  };
  return record("pow", apply("pow", x, power), {{x, rule}});
}

Tensor tanh(const Tensor& x) {
  return record("tanh", apply("tanh", x, [](auto v) { return std::tanh(v); }),
                {{x, [](const Step& s) { return s.gradient() * (1 - square(s.output())); }}}, Keep::output);
}

Tensor sigmoid(const Tensor& x) {
  // exp of a negative number only: it cannot overflow.
  const auto stable = [](auto v) {
    const auto e = std::exp(-std::abs(v));
    return (v >= 0 ? 1 : e) / (1 + e);
  };
  return record("sigmoid", apply("sigmoid", x, stable),
                {{x, [](const Step& s) { return s.gradient() * s.output() * (1 - s.output()); }}},
                Keep::output);
}

Tensor softplus(const Tensor& x) {
  const auto stable = [](auto v) { return std::max(v, decltype(v)(0)) + std::log1p(std::exp(-std::abs(v))); };
  return record("softplus", apply("softplus", x, stable),
                {{x, [x = Saved(x)](const Step& s) { return s.gradient() * sigmoid(s.saved(x)); }}});
}

Tensor relu(const Tensor& x) {
  // The output itself tells where the gradient passes: where it is not zero.
  return record("relu", apply("relu", x, [](auto v) { return v <= 0 ? decltype(v)(0) : v; }),
                {{x,
                  [](const Step& s) {
                    return where(s.output().detach(), s.gradient(), scalar(0, s.gradient().dtype()));
                  }}},
                Keep::output);
}

Tensor clamp(const Tensor& x, double low, double high) {
  require(low <= high, "clamp: low ", low, " is above high ", high);
  const auto within = [=](auto v) {
    using T = decltype(v);
    return std::min(std::max(v, static_cast<T>(low)), static_cast<T>(high));
  };
  return record("clamp", apply("clamp", x, within),
                {{x, [x = Saved(x.detach()), low, high](const Step& s) {
                    const Tensor& value = s.saved(x);
                    const Tensor outside = less(value, low) + greater(value, high);
                    return where(outside, scalar(0, value.dtype()), s.gradient());
                  }}});
}

Tensor log_softmax(const Tensor& x) {
  require(x.defined() && x.rank() > 0, "log_softmax: needs at least one dimension");
  const Index n = x.dim(-1);
  require(n > 0, "log_softmax: the last dimension of ", x.shape(), " is empty");
  const Tensor out = filled(x.shape(), x.dtype(), [&]<class T>(T* to) {
    const T* const from = x.data<T>();
    parallel_for(x.size() / n, 4096 / n + 1, [=](Index begin, Index end) {
      for (Index row = begin; row < end; ++row) log_softmax_row(from + row * n, to + row * n, n);
    });
  });
  return record(
      "log_softmax", out,
      {{x,
        [](const Step& s) { return s.gradient() - exp(s.output()) * sum(s.gradient(), {-1}, Dims::keep); }}},
      Keep::output);
}

Tensor softmax(const Tensor& x) { return exp(log_softmax(x)); }

}  // namespace voronet
