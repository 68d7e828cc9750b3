#include <voronet/core/autograd.h>
#include <voronet/layers/initialize.h>

#include <cmath>

namespace voronet {
namespace {

// How many inputs each output sees, and how many outputs each input.
struct Fans {
  double in, out;
};

Fans fans(const char* name, const Shape& shape) {
  require(shape.rank() >= 2 && shape.size() > 0, name, ": ", shape, " is not a weight (out, in, ...)");
  const Index seen = shape.without(0).size();
  return {static_cast<double>(seen), static_cast<double>(seen / shape[1] * shape[0])};
}

Tensor with_deviation(const Shape& shape, double deviation, Random& random) {
  return variable(normal(shape, 0, deviation, random));
}

Tensor within(const Shape& shape, double bound, Random& random) {
  return variable(uniform(shape, -bound, bound, random));
}

}  // namespace

Tensor fan_in_uniform(Shape shape, Index fan_in, Random& random) {
  require(fan_in >= 1, "a layer with ", fan_in, " inputs is not possible, at least 1 is needed");
  return within(shape, 1 / std::sqrt(static_cast<double>(fan_in)), random);
}

Tensor kaiming_normal(const Shape& shape, Random& random) {
  return with_deviation(shape, std::sqrt(2 / fans("kaiming_normal", shape).in), random);
}

Tensor kaiming_uniform(const Shape& shape, Random& random) {
  return within(shape, std::sqrt(6 / fans("kaiming_uniform", shape).in), random);
}

Tensor xavier_normal(const Shape& shape, Random& random) {
  const Fans n = fans("xavier_normal", shape);
  return with_deviation(shape, std::sqrt(2 / (n.in + n.out)), random);
}

Tensor xavier_uniform(const Shape& shape, Random& random) {
  const Fans n = fans("xavier_uniform", shape);
  return within(shape, std::sqrt(6 / (n.in + n.out)), random);
}

}  // namespace voronet
