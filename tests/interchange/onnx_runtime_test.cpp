// Exported networks in ONNX Runtime, against our own inference.
#include <voronet/core/operators.h>
#include <voronet/interchange/onnx_model.h>
#include <voronet/layers/checkpoint.h>

#include <map>
#include <numeric>

#include "layers/plan/random_network.h"
#include "support/authors_networks.h"
#include "support/onnx_models.h"
#include "support/sanitized.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

constexpr double allowed = 1e-5;  // of |difference| / (1 + |value|)
constexpr Index count = 8;        // of images

// The first test images of CIFAR-10, where networks take such and this machine has it, else of Fashion-MNIST,
// in a black frame and gray in all channels for those. Nothing, with a word, where that is not here either.
Tensor real_images(const Shape& shape) {
  const auto cifar = data::find_folder(data::known_dataset("cifar10"));
  const bool color = shape[2] == 3 && !cifar.empty();
  const auto folder = color ? cifar : data::find_folder(data::known_dataset("fashion-mnist"));
  if (folder.empty()) {
    skipped("needs Debian's dataset-fashion-mnist");
    return {};
  }
  std::vector<Index> first(count);
  std::iota(first.begin(), first.end(), 0);
  Tensor images = data::to_tensor(data::load(folder.string(), data::Split::test).images, first);
  for (const int axis : {1, 2}) {
    const Index frame = shape[axis - 1] - images.dim(axis);
    images = pad(images, axis, frame / 2, frame - frame / 2);
  }
  return broadcast_to(images, batch_shape(count, shape));
}

double largest_of(const Tensor& x) { return max(reshape(x, {-1}), 0).item(); }

// As training would leave them, batch-norms do something, and the distances of a Gauss head are near 1: those
// of random features would make every confidence 0.
void make_interesting(Classifier& network, const Tensor& images, Random& random) {
  const State state = network.state();
  for (const auto& [name, tensor, bounds] : state.buffers) {
    if (name.ends_with("running_mean")) tensor->assign(uniform(tensor->shape(), -0.5, 0.5, random));
    if (name.ends_with("running_var")) tensor->assign(uniform(tensor->shape(), 0.5, 2, random));
  }
  const double largest = largest_of(abs(network.predict(images).logits));
  for (const auto& [name, tensor, bounds] : state.parameters)
    if (name == "classifier.gamma") tensor->assign(tensor->detach() / largest);
}

void check_same(const OnnxRuntime& runtime, const std::string& name, const Prediction& ours) {
  INFO(name);
  CHECK(largest_of(ours.confidences) > 0.09);  // so there is something to compare
  CHECK(runtime.distance_to(ours.logits, name, "logits") < allowed);
  CHECK(runtime.distance_to(ours.confidences, name, "confidences") < allowed);
}

}  // namespace

TEST_CASE("LeNet with all heads, ResNet18 and VGG16 with both give the same in ONNX Runtime on real images") {
  const OnnxRuntime runtime;
  if (!runtime.available() || !real_images({28, 28, 1}).defined()) return;
  Random random(1);
  std::map<std::string, Prediction> ours;
  for (const std::string model : {"lenet", "resnet18", "vgg16"}) {
    ClassifierConfig config{.model = model};
    if (model != "lenet") {
      config.model_width = sanitized ? 8 : 64;
      config.height = config.width = 32;
      config.channels = 3;
      config.mean = {0.49, 0.48, 0.45};
      config.deviation = {0.25, 0.24, 0.26};
    }
    Classifier network(config, random);
    const Tensor images = real_images(network.input_shape());
    for (const std::string& head :
         model == "lenet" ? heads() : std::vector<std::string>{"softmax", "gauss"}) {
      network.replace_head({.head = head}, random);
      make_interesting(network, images, random);
      const std::string name = text(model, '-', head);
      ours.emplace(name, network.predict(images));
      runtime.add(name, onnx_model(network), images);
    }
  }
  runtime.run();
  for (const auto& [name, prediction] : ours) check_same(runtime, name, prediction);
}

TEST_CASE("the authors' LeNets give the same in ONNX Runtime, for all of their heads") {
  const OnnxRuntime runtime;
  const auto authors = authors_networks();
  if (!authors || !runtime.available()) return;
  const Tensor images = authors->first(200, Dtype::f32);
  std::map<std::string, Prediction> ours;
  for (const std::string head : {"softmax", "gauss", "duq"}) {
    Classifier network = authors->load(head);
    ours.emplace(head, network.predict(images));
    runtime.add(head, onnx_model(network), images);
  }
  runtime.run();
  for (const auto& [head, prediction] : ours) check_same(runtime, head, prediction);
}

TEST_CASE("random networks of all kinds of layers give the same in ONNX Runtime") {
  const OnnxRuntime runtime;
  if (!runtime.available()) return;
  std::vector<Tensor> ours;
  for (unsigned seed = 0; seed < 30; ++seed) {
    Random random(seed);
    const Shape image{between(4, 9, random), between(4, 9, random), between(1, 4, random)};
    const auto network = random_network(image, random);
    const Tensor images = uniform(batch_shape(3, image), -1, 1, random);
    const PlanGraph graph = graph_of(*network, image);
    if (std::any_of(graph.steps.begin(), graph.steps.end(),
                    [](const PlanStep& step) { return step.kind == PlanKind::module; }))
      continue;
    runtime.add(text(ours.size()), onnx_model(*network, image), images);
    ours.push_back(InferencePlan(*network, image, 3).run(images));
  }
  CHECK(ours.size() >= 10);
  runtime.run();
  for (std::size_t i = 0; i < ours.size(); ++i) {
    INFO(i);
    CHECK(runtime.distance_to(ours[i], text(i), "output") < allowed);
  }
}
