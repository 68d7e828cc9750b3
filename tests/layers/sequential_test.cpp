#include <voronet/layers/activation.h>
#include <voronet/layers/linear.h>
#include <voronet/layers/sequential.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a sequence runs its layers in order and names them, by default by position") {
  Random random(1);
  Sequential net;
  CHECK(net(ones({2, 3})).to_vector() == std::vector<double>(6, 1));  // no layers: the identity
  Linear& first = net.add(std::make_unique<Linear>(3, 4, random));
  net.add(std::make_unique<ReLU>());
  Linear& last = net.add("last", std::make_unique<Linear>(4, 2, random));
  const Tensor x = uniform({5, 3}, -1, 1, random);
  ReLU relu;
  CHECK(net(x).to_vector() == last(relu(first(x))).to_vector());
  std::vector<std::string> names;
  for (const auto& [name, module] : net.state().modules) names.push_back(name);
  CHECK(names == std::vector<std::string>{"", "0", "1", "last"});
}

TEST_CASE("two layers of a sequence cannot have one name") {
  Sequential net;
  net.add("relu", std::make_unique<ReLU>());
  CHECK_THROWS_WITH_AS(net.add("relu", std::make_unique<ReLU>()),
                       "Sequential: there already is a layer called relu", const Error&);
}
