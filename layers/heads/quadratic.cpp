#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>
#include <voronet/layers/heads/quadratic.h>
#include <voronet/layers/initialize.h>

namespace voronet {

QuadraticHead::QuadraticHead(Index features, Index classes, Index size, Random& random)
    : weight(kaiming_normal({size, classes, features}, random)),
      bias(variable(zeros({size, classes}))),
      gamma(variable(full({classes}, 0.5))),
      scales(variable(zeros({classes}))) {
  require(features >= 1 && classes >= 1 && size >= 1, "QuadraticHead: ", features, " features, ", classes,
          " classes and sums of ", size, " squares, at least 1 is needed of each");
}

void QuadraticHead::describe(State& state) {
  state.parameter("weight", weight);
  state.parameter("bias", bias);
  state.parameter("gamma", gamma);
  state.parameter("scales", scales);
}

// W of all classes as one matrix, (size classes, d).
Tensor QuadraticHead::rows() const { return reshape(weight, {-1, weight.dim(2)}); }

Tensor QuadraticHead::forward(const Tensor& x) {
  const Tensor y = linear(x, rows(), reshape(bias, {-1}));
  return scales - gamma * sum(square(reshape(y, {x.dim(0), weight.dim(0), weight.dim(1)})), {1});
}

PlanValue QuadraticHead::plan(PlanBuilder& builder, PlanValue x) {
  const NoGrad scope;
  const PlanValue sums = builder.squares(builder.linear(x, rows(), reshape(bias, {-1})), gamma);
  return builder.scale_shift(sums, {}, scales);
}

}  // namespace voronet
