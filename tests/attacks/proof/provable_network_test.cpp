#include <voronet/attacks/proof/provable_network.h>
#include <voronet/core/error.h>
#include <voronet/core/operators.h>
#include <voronet/layers/flatten.h>
#include <voronet/layers/plan/builder.h>

#include <cmath>
#include <memory>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

// Linear to a plan, as softmax's layer is, but with sigmoids for confidences.
class SigmoidHead : public SoftmaxHead {
 public:
  using SoftmaxHead::SoftmaxHead;
  Tensor confidences(const Tensor& logits) const override { return sigmoid(logits); }
  Confidence confidence() const override { return Confidence::own; }
};

// Linear as well, and it does not say so.
class SilentHead : public SoftmaxHead {
 public:
  using SoftmaxHead::SoftmaxHead;
  HeadForm form() const override { return {}; }
};

template <class OwnHead>
Classifier flat(const std::string& name) {
  Random random(1);
  const ClassifierConfig config = {
      .model = "flat", .embedding = 4, .head = name, .classes = 3, .height = 2, .width = 2};
  return {config, std::make_unique<Flatten>(), std::make_unique<OwnHead>(4, 3, random)};
}

}  // namespace

TEST_CASE("a classifier is made of any module and any head") {
  Classifier net = flat<SigmoidHead>("sigmoid");
  const Prediction prediction = net.predict(ones({2, 2, 2, 1}));
  CHECK(prediction.logits.shape() == Shape{2, 3});
  CHECK(prediction.confidence(1, 2) == doctest::Approx(1 / (1 + std::exp(-prediction.logits.at(5)))));
  CHECK_THROWS_WITH_AS(Classifier({.embedding = 4}, std::make_unique<Flatten>(), nullptr),
                       "classifier: an embedding and a head are needed", Error);
  CHECK_THROWS_WITH_AS(
      flat<SoftmaxHead>("softmax").replace_head({.head = "voronoi"}, *std::make_unique<Random>(1)),
      "head: no head is called voronoi; there are ddu, duq, gauss, quadratic, softmax (a program adds its "
      "own by register_head)",
      Error);
}

TEST_CASE("a head whose confidences proofs do not know is not proven") {
  Classifier net = flat<SigmoidHead>("sigmoid");
  CHECK_THROWS_WITH_AS(ProvableNetwork{net},
                       "proof: head sigmoid has confidences of which proofs know nothing", Error);
}

TEST_CASE("a head that does not say what its logits are is not proven, and told what it lacks") {
  Classifier net = flat<SilentHead>("silent");
  CHECK_THROWS_WITH_AS(ProvableNetwork{net},
                       "proof: head silent does not say that its logits are linear or squares of distances "
                       "from centroids (Head::form)",
                       Error);
}
