// Sequential: layers one after another.
#pragma once

#include <voronet/layers/module.h>

#include <concepts>
#include <memory>

namespace voronet {

class Sequential : public Module {
 public:
  // Appends a layer under a name, by default its position: net.add("conv1", Conv2d(1, 6, 5, random)). Returns
  // the layer at its place, for its own type to be used. Throws Error when the name is taken.
  template <class Layer>
  Layer& add(const std::string& name, std::unique_ptr<Layer> layer) {
    Layer& reference = *layer;
    append(name, std::move(layer));
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
  void describe(State& state) override;
  PlanValue plan(PlanBuilder& builder, PlanValue x) override;

 protected:
  Tensor forward(const Tensor& x) override;

 private:
  void append(const std::string& name, std::unique_ptr<Module> layer);

  std::vector<std::pair<std::string, std::unique_ptr<Module>>> layers_;
};

}  // namespace voronet
