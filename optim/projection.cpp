#include <voronet/optim/projection.h>

#include <algorithm>
#include <cmath>

namespace voronet {

void project_to_box(const Tensor& parameter, double low, double high) {
  require(low <= high, "project_to_box: low ", low, " is above high ", high);
  visit(parameter.dtype(), [&]<class T>(T) {
    T* p = parameter.mutable_data<T>();
    std::transform(p, p + parameter.size(), p,
                   [&](T v) { return std::clamp(v, static_cast<T>(low), static_cast<T>(high)); });
  });
}

void project_to_ball(const Tensor& parameter, double radius) {
  require(radius > 0, "project_to_ball: radius ", radius, " is not positive");
  visit(parameter.dtype(), [&]<class T>(T) {
    T* p = parameter.mutable_data<T>();
    double square = 0;
    for (Index i = 0; i < parameter.size(); ++i)
      square += static_cast<double>(p[i]) * static_cast<double>(p[i]);
    const double norm = std::sqrt(square);
    if (norm <= radius) return;
    for (Index i = 0; i < parameter.size(); ++i) p[i] = static_cast<T>(p[i] * (radius / norm));
  });
}

}  // namespace voronet
