#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/heads/cholesky.h>
#include <voronet/layers/heads/ddu.h>
#include <voronet/layers/initialize.h>
#include <voronet/layers/plan/builder.h>

#include <cmath>
#include <numbers>

namespace voronet {
namespace {

// In parts of the mean variance. What is smaller than the smallest pivot is more of rounding than of data.
constexpr double jitters[] = {0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1}, smallest_pivot = 1e-7;

// The rows whose label is k.
Tensor rows_of_class(const Tensor& features, std::span<const int> labels, int k) {
  std::vector<int> members;
  for (int i = 0; i < std::ssize(labels); ++i)
    if (labels[i] == k) members.push_back(i);
  return rows(features, members);
}

struct Gaussian {
  double share;  // of all points
  Tensor mean, covariance;
};

Gaussian fitted(const Tensor& points, Index of_all) {
  const Tensor centre = mean(points, {0}), centred = points - centre;
  const auto n = static_cast<double>(points.dim(0));
  return {n / static_cast<double>(of_all), centre, matmul(centred, centred, {.a = true}) / (n - 1)};
}

Tensor identity(Index d) {
  const Tensor matrix = zeros({d, d}, Dtype::f64);
  for (Index i = 0; i < d; ++i) matrix.mutable_data<double>()[i * d + i] = 1;
  return matrix;
}

double mean_variance(const std::vector<Gaussian>& classes) {
  double sum = 0;
  Index count = 0;
  for (const Gaussian& g : classes)
    for (Index i = 0, d = g.covariance.dim(0); i < d; ++i, ++count) sum += g.covariance.at({i, i});
  return sum / static_cast<double>(count);
}

// The Cholesky factors of all covariances with this jitter, or nothing when one has none.
std::optional<Tensors> factors_of(const std::vector<Gaussian>& classes, double jitter, double smallest) {
  Tensors factors;
  for (const Gaussian& g : classes) {
    const auto factor = cholesky(g.covariance + jitter * identity(g.covariance.dim(0)), smallest);
    if (!factor) return {};
    factors.push_back(*factor);
  }
  return factors;
}

// The logarithm of share times the density at the mean, of a covariance L L^T.
double log_scale(double share, const Tensor& factor) {
  const Index d = factor.dim(0);
  double log_of = std::log(share) - static_cast<double>(d) / 2 * std::log(2 * std::numbers::pi);
  for (Index i = 0; i < d; ++i) log_of -= std::log(factor.at({i, i}));
  return log_of;
}

}  // namespace

DduHead::DduHead(Index features, Index classes, Random& random)
    : weight(fan_in_uniform({classes, features}, features, random)),
      bias(fan_in_uniform({classes}, features, random)),
      means(zeros({classes, features})),
      whitening(zeros({features, classes, features})) {
  const Tensor unit = identity(features);
  log_scales = full({classes}, log_scale(1 / static_cast<double>(classes), unit));
  whitening.assign(broadcast_to(reshape(unit, {features, 1, features}), whitening.shape()));
}

void DduHead::describe(State& state) {
  state.parameter("weight", weight);
  state.parameter("bias", bias);
  state.buffer("means", means);
  state.buffer("whitening", whitening);
  state.buffer("log_scales", log_scales);
}

// The rows of whitening as one matrix, (d classes, d).
Tensor DduHead::rows() const { return reshape(whitening, {-1, whitening.dim(2)}); }

// Each row times its class's mean, negative: (d classes).
Tensor DduHead::shifts() const { return reshape(-sum(whitening * means, {-1}), {-1}); }

Tensor DduHead::forward(const Tensor& x) {
  if (training()) return linear(x, weight, bias);
  const Tensor whitened = reshape(linear(x, rows(), shifts()), {x.dim(0), means.dim(1), means.dim(0)});
  return log_scales - 0.5 * sum(square(whitened), {1});
}

PlanValue DduHead::plan(PlanBuilder& builder, PlanValue x) {
  const Tensor halves = full({means.dim(0)}, 0.5, means.dtype());
  const Tensor terms = reshape(2 * sum(abs(whitening * means), {-1}), {-1});  // added up here, and elsewhere
  const PlanValue whitened = builder.linear(x, rows(), shifts(), terms);
  return builder.scale_shift(builder.squares(whitened, halves), {}, log_scales);
}

double DduHead::fit(const Tensor& features, std::span<const int> labels) {
  const NoGrad scope;
  const Index classes = means.dim(0), d = means.dim(1), m = static_cast<Index>(labels.size());
  require(features.shape() == Shape{m, d}, "DduHead: features ", features.shape(), " are not ", m, " x ", d);
  for (const int label : labels)
    require(label >= 0 && label < classes, "DduHead: label ", label, " is not one of ", classes, " classes");
  std::vector<Gaussian> gaussians;
  const Tensor exact = features.to(Dtype::f64);
  for (int k = 0; k < classes; ++k) {
    const Tensor points = rows_of_class(exact, labels, k);
    require(points.dim(0) >= 2, "DduHead: class ", k, " has fewer than two points");
    gaussians.push_back(fitted(points, m));
  }
  const double variance = mean_variance(gaussians);
  require(variance > 0, "DduHead: within each class, all points are equal");
  for (const double jitter : jitters) {
    const auto factors = factors_of(gaussians, jitter * variance, smallest_pivot * variance);
    if (!factors) continue;
    Tensors centres, inverses, scales;
    for (std::size_t k = 0; k < gaussians.size(); ++k) {
      centres.push_back(gaussians[k].mean);
      inverses.push_back(inverse_of_lower((*factors)[k]));
      scales.push_back(scalar(log_scale(gaussians[k].share, (*factors)[k]), Dtype::f64));
    }
    means.assign(stack(centres));
    whitening.assign(stack(inverses, 1));
    log_scales.assign(stack(scales));
    return jitter * variance;
  }
  throw Error("DduHead: the features' covariances are not finite");
}

Tensor DduHead::log_density(const Tensor& logits) {
  const Tensor largest = max(logits.detach(), -1, Dims::keep);
  return reshape(largest + log(sum(exp(logits - largest), {-1}, Dims::keep)), {-1});
}

}  // namespace voronet
