#include <voronet/layers/networks/features.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("an embedding of the network's own number adds nothing, another a linear layer and ReLU") {
  Random random(1);
  for (const Index embedding : {0, 6, 4}) {
    Sequential net;
    add_features(net, 6, {.embedding = embedding}, random);
    CHECK(net(ones({2, 6})).shape() == Shape{2, embedding == 4 ? 4 : 6});
    CHECK(net.state().parameters.size() == (embedding == 4 ? 2 : 0));
  }
  Sequential net;
  CHECK_THROWS_WITH_AS(add_features(net, 6, {.embedding = -1}, random),
                       "embedding: -1 features are not possible", const Error&);
}
