// Sequential: layers one after another.
#pragma once

#include <voronet/layers/module.h>
#include <voronet/layers/plan/builder.h>

#include <concepts>
#include <memory>

namespace voronet {

class Sequential : public Module {
 public:
  // Appends a layer under a name, by default its position: net.add("conv1", Conv2d(1, 6, 5, random)). Returns
  // the layer at its place, for its own type to be used. Throws Error when the name is taken.
  template <class Layer>
  Layer& add(const std::string& name, std::unique_ptr<Layer> layer) {
    for (const auto& [taken, other] : layers_)
      require(name != taken, "Sequential: there already is a layer called ", name);
    Layer& reference = *layer;
    layers_.emplace_back(name, std::move(layer));
    return reference;
  }
  template <std::derived_from<Module> Layer>
  Layer& add(const std::string& name, Layer layer) {
    return add(name, std::make_unique<Layer>(std::move(layer)));
  }
  template <class Layer>
  decltype(auto) add(Layer layer) {
    return add(std::to_string(layers_.size()), std::move(layer));
  }
  void describe(State& state) override {
    for (const auto& [name, layer] : layers_) state.child(name, *layer);
  }
  PlanValue plan(PlanBuilder& builder, PlanValue x) override {
    for (const auto& [name, layer] : layers_) x = layer->plan(builder, x);
    return x;
  }

 protected:
  Tensor forward(const Tensor& x) override {
    Tensor y = x;
    for (const auto& [name, layer] : layers_) y = (*layer)(y);
    return y;
  }

 private:
  std::vector<std::pair<std::string, std::unique_ptr<Module>>> layers_;
};

}  // namespace voronet
