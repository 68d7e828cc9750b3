#include <voronet/layers/plan/builder.h>
#include <voronet/layers/sequential.h>

namespace voronet {

void Sequential::append(const std::string& name, std::unique_ptr<Module> layer) {
  for (const auto& [taken, other] : layers_)
    require(name != taken, "Sequential: there already is a layer called ", name);
  layers_.emplace_back(name, std::move(layer));
}

void Sequential::describe(State& state) {
  for (const auto& [name, layer] : layers_) state.child(name, *layer);
}

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (const auto& [name, layer] : layers_) y = (*layer)(y);
  return y;
}

PlanValue Sequential::plan(PlanBuilder& builder, PlanValue x) {
  for (const auto& [name, layer] : layers_) x = layer->plan(builder, x);
  return x;
}

}  // namespace voronet
