#include <voronet/layers/activation.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/sequential.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a sequence runs its layers in order and names them, by default by position") {
  Random random(1);
  Sequential net;
  CHECK(net(ones({2, 3})).to_vector() == std::vector<double>(6, 1));  // no layers: the identity
  Linear& first = net.add(Linear(3, 4, random));
  net.add(ReLU());
  Linear& last = net.add("last", Linear(4, 2, random));
  const Tensor x = uniform({5, 3}, -1, 1, random);
  ReLU relu;
  CHECK(net(x).to_vector() == last(relu(first(x))).to_vector());
  std::vector<std::string> names;
  for (const auto& [name, module] : net.state().modules) names.push_back(name);
  CHECK(names == std::vector<std::string>{"", "0", "1", "last"});
}

TEST_CASE("two layers of a sequence cannot have one name") {
  Sequential net;
  net.add("relu", ReLU());
  CHECK_THROWS_WITH_AS(net.add("relu", ReLU()), "Sequential: there already is a layer called relu",
                       const Error&);
}

TEST_CASE("a layer that is added as a value lives in the sequence, and may be of a type known only there") {
  Random random(2);
  Sequential inner, outer;
  Linear& first = inner.add(Linear(3, 4, random));
  outer.add("inner", std::move(inner));
  outer.add(std::unique_ptr<Module>(std::make_unique<ReLU>()));
  first.weight.assign(zeros({4, 3}));
  first.bias.assign(from({-1, 0, 1, 2}, {4}));
  CHECK(outer(ones({1, 3})).to_vector() == std::vector<double>{0, 0, 1, 2});
  CHECK(outer.state().parameters.at(0).name == "inner.0.weight");
}
