#include <voronet/layers/sequential.h>

namespace voronet {

void Sequential::describe(State& state) {
  for (const auto& [name, layer] : layers_) state.child(name, *layer);
}

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (const auto& [name, layer] : layers_) y = (*layer)(y);
  return y;
}

}  // namespace voronet
