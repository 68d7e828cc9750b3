#include <voronet/optim/optimizer.h>

namespace voronet {

Optimizer::Optimizer(std::vector<ParameterGroup> groups, double rate, const std::vector<std::string>& slots)
    : slot_names_(slots), rate_(rate) {
  for (const ParameterGroup& group : groups)
    for (const Tensor& parameter : group.parameters) {
      Item item{parameter, group.weight_decay, {}};
      for (std::size_t s = 0; s < slots.size(); ++s)
        item.slots.push_back(zeros(parameter.shape(), parameter.dtype()));
      items_.push_back(std::move(item));
    }
}

void Optimizer::step(const Tensors& gradients) {
  require(gradients.size() == items_.size(), "optimizer: ", gradients.size(), " gradients for ",
          items_.size(), " parameters");
  for (std::size_t i = 0; i < items_.size(); ++i)
    require(gradients[i].shape() == items_[i].parameter.shape() &&
                gradients[i].dtype() == items_[i].parameter.dtype(),
            "optimizer: gradient ", i, " is ", gradients[i].shape(), ", its parameter ",
            items_[i].parameter.shape());
  ++steps_;
  for (std::size_t i = 0; i < items_.size(); ++i)
    update(items_[i].parameter, gradients[i], items_[i].weight_decay, items_[i].slots, steps_);
}

std::map<std::string, Tensor> Optimizer::save() const {
  std::map<std::string, Tensor> state = {{"steps", scalar(static_cast<double>(steps_), Dtype::f64)}};
  for (std::size_t i = 0; i < items_.size(); ++i)
    for (std::size_t s = 0; s < slot_names_.size(); ++s)
      state[text(slot_names_[s], '.', i)] = items_[i].slots[s];
  return state;
}

void Optimizer::load(const std::map<std::string, Tensor>& state) {
  const auto find = [&](const std::string& name) {
    const auto found = state.find(name);
    require(found != state.end(), "optimizer: saved state has no ", name);
    return found->second;
  };
  for (std::size_t i = 0; i < items_.size(); ++i)
    for (std::size_t s = 0; s < slot_names_.size(); ++s)
      items_[i].slots[s].assign(find(text(slot_names_[s], '.', i)));
  steps_ = static_cast<std::int64_t>(find("steps").item());
}

}  // namespace voronet
