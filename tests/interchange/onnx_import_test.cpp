#include <voronet/attacks/attack_all.h>
#include <voronet/core/csv.h>
#include <voronet/interchange/onnx_import.h>
#include <voronet/interchange/onnx_model.h>
#include <voronet/layers/checkpoint.h>
#include <voronet/layers/heads/ddu.h>
#include <voronet/layers/plan/fusion.h>
#include <voronet/layers/plan/inference_plan.h>
#include <voronet/layers/registry.h>

#include "layers/plan/random_network.h"
#include "support/in_child.h"
#include "support/onnx_models.h"
#include "support/sanitized.h"
#include <doctest/doctest.h>
#include <onnx/onnx_pb.h>

using namespace voronet;
using namespace voronet::test;
namespace fs = std::filesystem;

namespace {

const fs::path shared = fs::path(VORONET_SOURCE_DIR) / "../shared/networks";

struct Pictures {
  Tensor images;  // (n, h, w, c), in [0, 1]
  std::vector<int> labels;
};

// A line each: the label, then bytes.
Pictures pictures(const std::string& name, const Shape& image) {
  Pictures all;
  std::vector<double> values;
  std::istringstream lines(read_file(shared / "pictures" / name));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream numbers(line);
    std::string number;
    std::getline(numbers, number, ',');
    all.labels.push_back(std::stoi(number));
    while (std::getline(numbers, number, ',')) values.push_back(std::stod(number) / 255);
  }
  all.images = from(values, batch_shape(std::ssize(all.labels), image));
  return all;
}

Tensor run(Module& network, const Tensor& images) {
  return InferencePlan(network, images.shape().without(0), images.dim(0)).run(images);
}

onnx::ModelProto model_of(const std::string& bytes) {
  onnx::ModelProto model;
  REQUIRE(model.ParseFromString(bytes));
  return model;
}

// What is computed, and of which numbers, to the bit: so it has the same bits in any precision.
void check_same_steps(PlanGraph a, PlanGraph b) {
  plan::fuse(a);
  plan::fuse(b);
  REQUIRE(a.steps.size() == b.steps.size());
  for (std::size_t i = 0; i < a.steps.size(); ++i) {
    CAPTURE(i);
    const PlanStep &one = a.steps[i], &other = b.steps[i];
    CHECK(one.kind == other.kind);
    CHECK(one.relu == other.relu);
    CHECK((one.stride == other.stride && one.padding == other.padding && one.size == other.size));
    CHECK((one.residual < 0) == (other.residual < 0));
    for (const auto tensor : {&PlanStep::weight, &PlanStep::bias}) {
      REQUIRE((one.*tensor).defined() == (other.*tensor).defined());
      if ((one.*tensor).defined()) CHECK((one.*tensor).to_vector() == (other.*tensor).to_vector());
    }
  }
}

}  // namespace

TEST_CASE("networks that others published give what ONNX Runtime gives of them") {
  const OnnxRuntime runtime;
  if (!fs::exists(shared)) return skipped("needs the published networks in ../shared");
  if (!runtime.available()) return;
  const Pictures gray = pictures("mnist_test_100.csv", {28, 28, 1}),
                 colour = pictures("cifar10_test_100.csv", {32, 32, 3});
  std::map<std::string, Tensor> ours;
  std::map<std::string, std::string> outputs;
  for (const auto& entry : fs::directory_iterator(shared / "onnx")) {
    const std::string name = entry.path().stem(), bytes = read_onnx(entry.path());
    CAPTURE(name);
    const auto network = network_of_onnx(bytes, name);
    const Shape& input = network->graph().shape(0);
    Tensor images = input == Shape{28, 28, 1}   ? gray.images
                    : input == Shape{784}       ? reshape(gray.images, {-1, 784})
                    : input == Shape{32, 32, 3} ? colour.images
                                                : from({0.5, -2, 7}, {3, 1});
    ours[name] = run(*network, images);
    outputs[name] = model_of(bytes).graph().output(0).name();
    const bool channel_last = name == "cifar10_small";
    runtime.add(name, bytes, images, channel_last);
  }
  CHECK(ours.size() == 14);
  runtime.run();
  for (const auto& result : ours) {
    const std::string& name = result.first;
    const Tensor& values = result.second;
    CAPTURE(name);
    const Tensor theirs = runtime.result(values.shape(), name, outputs[name]);
    CHECK(distance(values, theirs) < 1e-4);
    CHECK(argmax(values) == argmax(theirs));
  }
}

TEST_CASE("published networks classify as many of their pictures as their publishers say") {
  if (!fs::exists(shared)) return skipped("needs the published networks in ../shared");
  const auto correct = [](const char* name, const char* of, const Shape& image, const Settings& settings) {
    Classifier network = classifier_of_onnx(read_onnx(shared / "onnx" / name), name, settings);
    const Pictures all = pictures(of, image);
    const Prediction said = network.predict(all.images);
    int count = 0;
    for (std::size_t i = 0; i < all.labels.size(); ++i) count += said.classes[i] == all.labels[i];
    return count;
  };
  const Settings mnist = {{"mean", "0.1307"}, {"std", "0.3081"}};
  CHECK(correct("CIFAR_ConvSmallPGD.onnx", "cifar10_test_100.csv", {32, 32, 3}, {}) == 70);
  CHECK(correct("MNIST_ConvSmallPGD.onnx", "mnist_test_100.csv", {28, 28, 1}, mnist) == 94);
  CHECK(correct("MNIST_6x200_PGD.onnx", "mnist_test_100.csv", {28, 28, 1}, mnist) == 99);
}

TEST_CASE("every network of ours, written as ONNX and read again, has the same bits") {
  Random random(1);
  for (const std::string& head : heads())
    for (const std::string model : {"lenet", "mlp", "resnet18", "vgg11"}) {
      if (model != "lenet" && head != "softmax" && head != "gauss") continue;
      CAPTURE(model);
      CAPTURE(head);
      const bool deep = model == "resnet18" || model == "vgg11";
      ClassifierConfig config{.model = model,
                              .model_width = model == "lenet" ? 0
                                             : deep           ? 2
                                                              : 8,
                              .head = head};
      if (deep) config.height = config.width = 32, config.channels = 3;
      Classifier network(config, random);
      if (auto* ddu = dynamic_cast<DduHead*>(&network.head())) {
        std::vector<int> labels;
        for (int i = 0; i < 200; ++i) labels.push_back(i % 10);
        ddu->fit(uniform({200, network.config().embedding}, 0, 1, random), labels);
      }
      network.eval();
      Classifier again = classifier_of_onnx(onnx_model(network), "model");
      const Tensor images = uniform(batch_shape(5, network.input_shape()), 0, 1, random);
      const Prediction before = network.predict(images), after = again.predict(images);
      CHECK(before.logits.to_vector() == after.logits.to_vector());
      CHECK(before.confidences.to_vector() == after.confidences.to_vector());
      check_same_steps(graph_of(network, network.input_shape()), graph_of(again, again.input_shape()));
      // Its normalisation is read back, so gradients are the same, too.
      CHECK(again.config().mean == network.config().mean);
      CHECK(again.config().deviation == network.config().deviation);
      const Tensor one = variable(images.detach()), other = variable(images.detach());
      if (!deep)
        CHECK(grad(sum(square(network(one))), {one})[0].to_vector() ==
              grad(sum(square(again(other))), {other})[0].to_vector());
      Random another(2);
      Classifier stored(from_settings(to_settings(again.config())), another);  // as a checkpoint would be
      CHECK(stored.input_shape() == network.input_shape());
    }
}

TEST_CASE("random networks of all kinds of steps are the same again from ONNX, also in ONNX Runtime") {
  const OnnxRuntime runtime;
  const bool has_runtime = runtime.available();
  std::vector<Tensor> ours;
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Shape image{between(4, 9, random), between(4, 9, random), between(1, 4, random)};
    const auto network = random_network(image, random);
    const PlanGraph graph = graph_of(*network, image);
    if (std::any_of(graph.steps.begin(), graph.steps.end(),
                    [](const PlanStep& s) { return s.kind == PlanKind::module; }))
      continue;
    const Tensor images = uniform(batch_shape(3, image), -1, 1, random);
    const std::string bytes = onnx_model(*network, image);
    ours.push_back(run(*network, images));
    if (has_runtime) runtime.add(text(ours.size() - 1), bytes, images);
    const bool head = std::any_of(graph.steps.begin(), graph.steps.end(), [](const PlanStep& s) {
      return s.kind == PlanKind::gauss || s.kind == PlanKind::squares;
    });
    if (head) continue;  // which only a classifier has
    const auto again = network_of_onnx(bytes, "model", image);
    CHECK(distance(run(*again, images), ours.back()) < 1e-6);
    CHECK(distance(evaluated(*again, images), ours.back()) < 1e-6);
  }
  CHECK(ours.size() > 100);
  if (!has_runtime) return;
  runtime.run();
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CAPTURE(i);
    CHECK(runtime.distance_to(ours[i], text(i), "output") < 1e-5);
  }
}

TEST_CASE("a model that cannot be is refused in one line that names the node") {
  Random random(1);
  Classifier lenet({}, random);
  const onnx::ModelProto whole = model_of(onnx_model(lenet));
  const auto refused = [](const onnx::ModelProto& model, const char* why) {
    CHECK_THROWS_WITH_AS(classifier_of_onnx(model.SerializeAsString(), "file"), doctest::Contains(why),
                         Error);
  };
  const auto with_node = [&](int number, const auto& change) {
    onnx::ModelProto model = whole;
    change(*model.mutable_graph()->mutable_node(number));
    return model;
  };
  int conv = 0;
  while (whole.graph().node(conv).op_type() != "Conv") ++conv;
  CHECK_THROWS_WITH_AS(classifier_of_onnx("", "file"), doctest::Contains("file: is no ONNX model"), Error);
  CHECK_THROWS_WITH_AS(classifier_of_onnx("PNG", "file"), "file: is no ONNX model", Error);
  refused(with_node(conv, [](auto& node) { node.set_op_type("Conf"); }),
          "Conf 'Conv_2' is not possible; these are: Conv");
  refused(with_node(conv, [](auto& node) { node.set_input(0, "logits"); }),
          "reads 'logits', which nothing before it makes");
  refused(with_node(conv, [](auto& node) { node.set_input(1, "nothing"); }), "reads 'nothing'");
  refused(with_node(conv,
                    [](auto& node) {
                      node.mutable_input()->RemoveLast();
                      node.mutable_input()->RemoveLast();
                    }),
          "has no input 1");
  refused(with_node(conv, [](auto& node) { node.clear_output(); }), "has no output");
  refused(with_node(conv, [](auto& node) { node.set_domain("com.example"); }), "is not possible");
  onnx::ModelProto other = whole;
  other.mutable_opset_import(0)->set_version(99);
  refused(other, "operator set 99; 7 to 21 are known");
  other = whole;
  other.mutable_graph()->mutable_initializer(0)->set_data_location(onnx::TensorProto::EXTERNAL);
  refused(other, "lies in another file");
  other = whole;
  other.mutable_graph()->mutable_initializer(2)->set_dims(0, 1L << 40);
  refused(other, "elements, and has");
  other = whole;
  other.mutable_graph()->mutable_initializer(2)->set_dims(0, -6);
  refused(other, "a dimension -6");
  other = whole;
  other.mutable_graph()->mutable_initializer(2)->mutable_raw_data()->pop_back();
  refused(other, "are no whole numbers of elements");
  other = whole;
  other.mutable_graph()
      ->mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(2)
      ->set_dim_value(7);
  refused(other, "node Conv");
  other = whole;
  other.mutable_graph()
      ->mutable_output(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(1)
      ->set_dim_value(11);
  refused(other, "should have 11 values, and has 10");
  other = whole;
  *other.mutable_graph()->add_input() = whole.graph().input(0);
  other.mutable_graph()->mutable_input(1)->set_name("more");
  refused(other, "has several inputs");
  other = whole;
  other.mutable_graph()->clear_output();
  refused(other, "has no output");
  const TemporaryFolder folder;
  write_file(folder / "large.onnx", "");
  fs::resize_file(folder / "large.onnx", (std::uintmax_t{1} << 31) + 5);
  CHECK_THROWS_WITH_AS(read_onnx(folder / "large.onnx"), doctest::Contains("an ONNX file has less than 2 GB"),
                       Error);
}

TEST_CASE("a deep network takes the memory of what its nodes still read, within a bound") {
  onnx::ModelProto model;
  model.add_opset_import()->set_version(13);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.add_input()->set_name("0");
  auto& shape = *graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  for (const Index size : {1, 1, 2048, 2048}) shape.add_dim()->set_dim_value(size);
  const auto add = [&](const char* type, const std::string& input, const std::string& output) {
    onnx::NodeProto& node = *graph.add_node();
    node.set_op_type(type), node.add_input(input), node.add_output(output);
  };
  constexpr int nodes = 9;  // of as many numbers as a value may have
  for (int i = 0; i < nodes; ++i) add("Relu", text(i), text(i + 1));
  add("GlobalAveragePool", text(nodes), "means");
  add("Flatten", "means", "output");
  graph.add_output()->set_name("output");
  CHECK_THROWS_WITH_AS(classifier_of_onnx(model.SerializeAsString(), "file"),
                       doctest::Contains("1 outputs, which are no classes"),
                       Error);  // and nothing is wrong before
  if (!sanitized)               // a sanitizer keeps what is freed
    CHECK(error_in_child([&] {
            const auto most = [] {
              rusage usage{};
              getrusage(RUSAGE_SELF, &usage);
              return usage.ru_maxrss;  // in KiB
            };
            const long before = most();
            CHECK_THROWS_AS(classifier_of_onnx(model.SerializeAsString(), "file"), Error);
            const long one = 2048 * 2048 * 8 / 1024;
            require(most() - before < (nodes - 2) * one, "as if it kept all");
          }) == "no error");
  for (int i = 0; i < nodes; ++i) graph.mutable_node(i)->set_input(0, "0");
  CHECK_THROWS_WITH_AS(classifier_of_onnx(model.SerializeAsString(), "file"),
                       doctest::Contains("Relu '9' makes more numbers than there is room for"), Error);
}
