#include <voronet/core/autograd.h>
#include <voronet/optim/optimizer.h>
#include <voronet/optim/projection.h>

namespace voronet {
namespace {

constexpr double most_steps = 9e15;  // a double counts so far exactly

std::string slot_name(const std::string& slot, std::size_t parameter) { return text(slot, '.', parameter); }

}  // namespace

Optimizer::Optimizer(const std::vector<ParameterGroup>& groups, double rate,
                     const std::vector<std::string>& slots)
    : slot_names_(slots) {
  set_rate(rate);
  for (const ParameterGroup& group : groups) {
    require(group.rate >= 0, "optimizer: a group's rate ", group.rate, " is not 0 or more");
    require(group.bounds.low <= group.bounds.high, "optimizer: no value lies between bounds ",
            group.bounds.low, " and ", group.bounds.high);
    for (const Tensor& parameter : group.parameters) {
      check(parameter);
      Item item{parameter, group.weight_decay, group.rate, group.bounds, {}};
      for (std::size_t s = 0; s < slots.size(); ++s)
        item.slots.push_back(zeros(parameter.shape(), parameter.dtype()));
      items_.push_back(std::move(item));
    }
  }
}

void Optimizer::check(const Tensor& parameter) const {
  require(parameter.defined(), "optimizer: parameter ", items_.size(), " is undefined");
  require(!parameter.tracked() || autograd::is_leaf(parameter), "optimizer: parameter ", items_.size(),
          " is not a leaf, and cannot be updated");
  for (std::size_t i = 0; i < items_.size(); ++i)
    require(!parameter.overlaps(items_[i].parameter), "optimizer: parameters ", i, " and ", items_.size(),
            " share elements, which would be updated twice");
}

void Optimizer::set_rate(double rate) {
  require(rate >= 0, "optimizer: rate ", rate, " is not 0 or more");
  rate_ = rate;
}

void Optimizer::step(const Tensors& gradients) {
  require(gradients.size() == items_.size(), "optimizer: ", gradients.size(), " gradients for ",
          items_.size(), " parameters");
  for (std::size_t i = 0; i < items_.size(); ++i) {
    require(gradients[i].defined(), "optimizer: gradient ", i, " is undefined");
    require(gradients[i].shape() == items_[i].parameter.shape() &&
                gradients[i].dtype() == items_[i].parameter.dtype(),
            "optimizer: gradient ", i, " is ", gradients[i].dtype(), ' ', gradients[i].shape(),
            ", its parameter ", items_[i].parameter.dtype(), ' ', items_[i].parameter.shape());
  }
  ++steps_;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const auto& [parameter, weight_decay, rate, bounds, slots] = items_[i];
    update(parameter, gradients[i], slots, {steps_, rate_ * rate, weight_decay});
    if (bounds.finite()) project_to_box(parameter, bounds.low, bounds.high);
  }
}

std::map<std::string, Tensor> Optimizer::save() const {
  std::map<std::string, Tensor> state = {{"steps", scalar(static_cast<double>(steps_), Dtype::f64)}};
  for (std::size_t i = 0; i < items_.size(); ++i)
    for (std::size_t s = 0; s < slot_names_.size(); ++s)
      state[slot_name(slot_names_[s], i)] = items_[i].slots[s].clone();
  return state;
}

void Optimizer::load(const std::map<std::string, Tensor>& state) {
  const auto find = [&](const std::string& name, const Shape& shape) {
    const auto found = state.find(name);
    require(found != state.end(), "optimizer: saved state has no ", name);
    require(found->second.defined(), "optimizer: saved ", name, " is undefined");
    require(found->second.shape() == shape, "optimizer: saved ", name, " is ", found->second.shape(),
            ", not ", shape);
    return found->second;
  };
  const double steps = find("steps", {}).item();
  require(steps >= 0 && steps < most_steps, "optimizer: ", steps, " steps are not possible");
  std::vector<std::pair<Tensor, Tensor>> copies;  // to, from: all found before any is made
  for (std::size_t i = 0; i < items_.size(); ++i)
    for (std::size_t s = 0; s < slot_names_.size(); ++s)
      copies.emplace_back(items_[i].slots[s],
                          find(slot_name(slot_names_[s], i), items_[i].parameter.shape()));
  for (const auto& [to, from] : copies) to.assign(from);
  steps_ = static_cast<std::int64_t>(steps);
}

}  // namespace voronet
