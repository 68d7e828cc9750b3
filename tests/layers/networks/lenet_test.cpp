#include <voronet/layers/networks/lenet.h>

#include <algorithm>
#include <map>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("LeNet has the paper's layers under the authors' names") {
  Random random(1);
  std::map<std::string, Shape> shapes;
  const auto net = lenet({}, random);
  for (const auto& entry : net->state().parameters) shapes[entry.name] = entry.tensor->shape();
  const std::map<std::string, Shape> expected = {{"conv1.weight", {6, 1, 5, 5}},  {"conv1.bias", {6}},
                                                 {"conv2.weight", {16, 6, 5, 5}}, {"conv2.bias", {16}},
                                                 {"fc1.weight", {120, 256}},      {"fc1.bias", {120}},
                                                 {"fc2.weight", {10, 120}},       {"fc2.bias", {10}}};
  CHECK(shapes == expected);
}

TEST_CASE("LeNet takes any size from 16 x 16, any channels and any embedding") {
  Random random(1);
  for (const auto& [height, width, channels, embedding] :
       std::vector<std::array<Index, 4>>{{28, 28, 1, 10}, {32, 32, 3, 84}, {16, 19, 2, 1}}) {
    const auto net = lenet({height, width, channels, embedding}, random);
    CHECK((*net)(uniform({2, height, width, channels}, -1, 1, random)).shape() == Shape{2, embedding});
  }
  CHECK_THROWS_AS(lenet({.height = 15}, random), const Error&);
  CHECK_THROWS_AS(lenet({.channels = 0}, random), const Error&);
  CHECK_THROWS_AS(lenet({.embedding = 0}, random), const Error&);
}

TEST_CASE("LeNet's final ReLU is on by default and can be left out") {
  const auto smallest = [](bool final_relu) {
    Random random(1);
    const auto net = lenet({.embedding = 20, .final_relu = final_relu}, random);
    const auto features = (*net)(uniform({4, 28, 28, 1}, -1, 1, random)).to_vector();
    return *std::min_element(features.begin(), features.end());
  };
  CHECK(LeNetOptions{}.final_relu);
  CHECK(smallest(true) == 0);
  CHECK(smallest(false) < 0);
}
