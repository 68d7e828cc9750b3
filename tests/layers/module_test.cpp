#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/functions.h>
#include <voronet/layers/activation.h>
#include <voronet/layers/dropout.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/module.h>
#include <voronet/layers/sequential.h>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

// Holds one thing of each kind, and a module that it uses without naming it.
class Everything : public Module {
 public:
  explicit Everything(Random& random) : inner(2, 2, random), hidden(2, 2, random) {}
  void describe(State& state) override {
    state.parameter("scale", scale, {.low = 0, .high = 2});
    state.buffer("offset", offset);
    state.random("stream", stream);
    state.child("inner", inner);
  }
  Tensor scale = variable(ones({2})), offset = zeros({2});
  Random stream;
  Linear inner, hidden;

 protected:
  Tensor forward(const Tensor& x) override { return hidden(inner(x * scale + offset)); }
};

std::vector<std::string> names(const std::vector<State::Entry>& entries) {
  std::vector<std::string> found;
  for (const auto& entry : entries) found.push_back(entry.name);
  return found;
}

using Names = std::vector<std::string>;

std::unique_ptr<Sequential> three_layers() {
  Random random(1);
  auto net = std::make_unique<Sequential>();
  net->add("fc1", Linear(2, 3, random));
  net->add("relu", ReLU());
  net->add("fc2", Linear(3, 2, random));
  return net;
}

void spoil(const Tensor& parameter, double value) {
  parameter.mutable_data<float>()[0] = static_cast<float>(value);
}

}  // namespace

TEST_CASE("the state names everything that a module and its children hold, with bounds") {
  Random random(1);
  Sequential outer;
  auto& everything = outer.add("all", Everything(random));
  const State state = outer.state();
  CHECK(names(state.parameters) == Names{"all.scale", "all.inner.weight", "all.inner.bias"});
  CHECK(names(state.buffers) == Names{"all.offset"});
  CHECK(state.parameters[0].tensor == &everything.scale);
  CHECK(state.parameters[0].bounds.low == 0);
  CHECK(state.parameters[0].bounds.high == 2);
  CHECK(state.parameters[1].bounds.high == std::numeric_limits<double>::infinity());
  REQUIRE(state.randoms.size() == 1);
  CHECK(state.randoms[0] == std::pair<std::string, Random*>{"all.stream", &everything.stream});
  Names modules;
  for (const auto& [name, module] : state.modules) modules.push_back(name);
  CHECK(modules == Names{"", "all", "all.inner"});
  CHECK(outer.parameters().size() == 3);
  CHECK(outer.parameters()[0].shares_storage_with(everything.scale));
}

TEST_CASE("train and eval reach all children, and evaluating puts each one's mode back") {
  Random random(1);
  Sequential outer;
  auto& everything = outer.add(Everything(random));
  CHECK(outer.training());
  outer.eval();
  CHECK_FALSE(everything.inner.training());
  outer.train();
  everything.inner.eval();
  {
    const Evaluating mode(outer);
    CHECK_FALSE(outer.training());
    CHECK_FALSE(everything.training());
    const Evaluating again(outer);
  }
  CHECK(outer.training());
  CHECK(everything.training());
  CHECK_FALSE(everything.inner.training());
}

TEST_CASE("to turns parameters and buffers into another dtype, and what was trained stays so") {
  Random random(1);
  Everything module(random);
  module.to(Dtype::f64);
  for (const Tensor& parameter : module.parameters()) {
    CHECK(parameter.dtype() == Dtype::f64);
    CHECK(parameter.tracked());
  }
  CHECK(module.offset.dtype() == Dtype::f64);
  CHECK_FALSE(module.offset.tracked());
}

TEST_CASE("a module's dtype is that of its parameters, else of its buffers, else f32") {
  struct Constant : Module {
    void describe(State& state) override { state.buffer("value", value); }
    Tensor forward(const Tensor& x) override { return x + value; }
    Tensor value = ones({1}, Dtype::f64);
  } constant;
  CHECK(constant.dtype() == Dtype::f64);
  Random random(1);
  Linear layer(2, 2, random);
  CHECK(layer.dtype() == Dtype::f32);
  layer.to(Dtype::f64);
  CHECK(layer.dtype() == Dtype::f64);
  CHECK(ReLU().dtype() == Dtype::f32);
}

TEST_CASE("a module can be moved, and what was moved from can be assigned to") {
  Random random(1);
  const Tensor x = ones({1, 2});
  Linear first(2, 3, random);
  const std::vector<double> expected = first(x).to_vector();
  Linear second = std::move(first);
  CHECK(second(x).to_vector() == expected);
  first = std::move(second);
  CHECK(first(x).to_vector() == expected);
}

TEST_CASE("a watch is told of every module's output, inner ones first, and watches nest") {
  const auto net = three_layers();
  std::vector<const Module*> outer_calls, inner_calls;
  const Watch outer(
      [&](const Module& module, const Tensor&, const Tensor&) { outer_calls.push_back(&module); });
  {
    const Watch inner(
        [&](const Module& module, const Tensor&, const Tensor&) { inner_calls.push_back(&module); });
    (*net)(ones({1, 2}));
  }
  (*net)(ones({1, 2}));
  const auto modules = net->state().modules;  // net, fc1, relu, fc2
  using Calls = std::vector<const Module*>;
  CHECK(inner_calls == Calls{modules[1].second, modules[2].second, modules[3].second, modules[0].second});
  CHECK(outer_calls.size() == 2 * inner_calls.size());
}

TEST_CASE("the first layer with a NaN or infinity is named") {
  const auto net = three_layers();
  const Tensor x = ones({2, 2});
  CHECK(first_nonfinite_layer(*net, x) == "");
  const Tensors parameters = net->parameters();  // fc1 weight, bias, fc2 weight, bias
  spoil(parameters[3], std::numeric_limits<double>::infinity());
  CHECK(first_nonfinite_layer(*net, x) == "fc2");
  spoil(parameters[1], std::nan(""));
  CHECK(first_nonfinite_layer(*net, x) == "fc1");
  CHECK(first_nonfinite_layer(*net, full({2, 2}, std::nan(""))) == "fc1");

  Sequential nested;
  nested.add("embed", three_layers());
  spoil(nested.parameters()[2], std::nan(""));
  CHECK(first_nonfinite_layer(nested, x) == "embed.fc2");
}

TEST_CASE("a module that its owner does not name counts as its owner's own work") {
  Random random(1);
  Sequential net;
  auto& everything = net.add("all", Everything(random));
  spoil(everything.hidden.weight, std::nan(""));
  CHECK(first_nonfinite_layer(net, ones({1, 2})) == "all");
}

TEST_CASE("evaluation lasts until the last Evaluating is gone, whatever their order") {
  Random random(1);
  Linear layer(2, 2, random);
  auto first = std::make_unique<Evaluating>(layer), second = std::make_unique<Evaluating>(layer);
  first.reset();
  CHECK_FALSE(layer.training());
  second.reset();
  CHECK(layer.training());
}

TEST_CASE("two things of one name are refused: a file would hold one of them alone") {
  struct Twins : Module {
    explicit Twins(int kinds) : kinds_(kinds) {}
    void describe(State& state) override {
      if (kinds_ == 2)
        state.random("weight", first_random), state.random("weight", second_random);
      else
        state.parameter("weight", first),
            kinds_ == 0 ? state.parameter("weight", second) : state.buffer("weight", second);
    }
    Tensor forward(const Tensor& x) override { return x; }
    int kinds_;
    Tensor first = variable(ones({2})), second = variable(zeros({2}));
    Random first_random, second_random;
  };
  for (const int kinds : {0, 1, 2}) {
    Sequential net;
    net.add("layer", Twins(kinds));
    CHECK_THROWS_WITH_AS(net.state(), "state: two things are called layer.weight", const Error&);
  }
}
