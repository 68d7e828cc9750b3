#include <voronet/core/autograd.h>
#include <voronet/layers/module.h>
#include <voronet/layers/plan/builder.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

thread_local Watch* current_watch = nullptr;

bool finite(const Tensor& x) {
  return visit(x.dtype(), [&]<class T>(T) {
    const auto values = x.values<T>();
    return std::all_of(values.begin(), values.end(), [](auto v) { return std::isfinite(v); });
  });
}

}  // namespace

// Files hold one thing of a name.
std::string State::named(const std::string& name) {
  const auto [place, is_new] = taken_.insert(prefix_ + name);
  require(is_new, "state: two things are called ", *place);
  return *place;
}

void State::parameter(const std::string& name, Tensor& tensor, Bounds bounds) {
  parameters.push_back({named(name), &tensor, bounds});
}

void State::buffer(const std::string& name, Tensor& tensor) { buffers.push_back({named(name), &tensor}); }

void State::random(const std::string& name, Random& random) {
  randoms.emplace_back(named(name), &random);
  needs_whole_batch();
}

void State::ignore(const std::string& name) { ignored.push_back(prefix_ + name); }

void State::child(const std::string& name, Module& module) {
  const std::string outer = prefix_;
  modules.emplace_back(prefix_ + name, &module);
  prefix_ += name + '.';
  module.describe(*this);
  prefix_ = outer;
}

Tensor Module::operator()(const Tensor& x) { return watched(x, forward(x)); }

Tensor Module::watched(const Tensor& x, Tensor y) const {
  for (const Watch* watch = current_watch; watch; watch = watch->outer_) watch->callback_(*this, x, y);
  return y;
}

void Module::describe(State&) {}

PlanValue Module::plan(PlanBuilder& builder, PlanValue x) { return builder.module(*this, x); }

void Module::train(bool on) {
  for (const auto& [name, module] : state().modules) module->training_ = on;
}

State Module::state() {
  State state;
  state.modules.emplace_back("", this);
  describe(state);
  return state;
}

Tensors Module::parameters() {
  Tensors handles;
  for (const auto& entry : state().parameters) handles.push_back(*entry.tensor);
  return handles;
}

Dtype Module::dtype() {
  const State all = state();
  for (const auto* entries : {&all.parameters, &all.buffers})
    if (!entries->empty()) return entries->front().tensor->dtype();
  return Dtype::f32;
}

void Module::to(Dtype dtype) {
  const State all = state();
  for (const auto& entry : all.parameters) *entry.tensor = variable(entry.tensor->detach().to(dtype));
  for (const auto& entry : all.buffers) *entry.tensor = entry.tensor->to(dtype);
}

Evaluating::Evaluating(Module& module) : modules_(module.state().modules) {
  for (const auto& [name, each] : modules_) ++each->evaluating_;
}

Evaluating::~Evaluating() {
  for (const auto& [name, each] : modules_) --each->evaluating_;
}

Watch::Watch(Callback callback)
    : callback_(std::move(callback)), outer_(std::exchange(current_watch, this)) {}
Watch::~Watch() { current_watch = outer_; }

std::string first_nonfinite_layer(Module& network, const Tensor& x) {
  const NoGrad scope;
  const State state = network.state();
  std::string first;
  const Watch watch([&](const Module& module, const Tensor&, const Tensor& output) {
    if (!first.empty() || finite(output)) return;
    for (const auto& [name, named] : state.modules)
      if (named == &module) first = name;
  });
  network(x);
  return first;
}

}  // namespace voronet
