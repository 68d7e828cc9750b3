#include <voronet/core/autograd.h>
#include <voronet/core/file.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/interchange/onnx_import.h>
#include <voronet/interchange/onnx_importer.h>
#include <voronet/layers/heads/duq.h>
#include <voronet/layers/heads/quadratic.h>
#include <voronet/layers/normalize.h>
#include <voronet/layers/plan/graph_text.h>

#include <limits>
#include <numeric>

namespace voronet {
namespace {

struct Imported {
  PlanGraph graph;
  Head::Confidence confidence;
  Settings metadata;
};

// Those of mean and std alone: of other programs' files, metadata may be anything.
Settings normalisation_of(const onnx::ModelProto& model) {
  Settings settings;
  for (const auto& entry : model.metadata_props())
    if (entry.key() == "mean" || entry.key() == "std") settings[entry.key()] = entry.value();
  return settings;
}

Imported imported(const std::string& bytes, const std::string& source, const Shape& image) {
  onnx::ModelProto model;
  require(model.ParseFromString(bytes) && model.has_graph(), source, ": is no ONNX model");
  try {
    OnnxImporter importer(model, image);
    const Head::Confidence confidence = importer.confidence();
    return {std::move(importer).graph(), confidence, normalisation_of(model)};
  } catch (const Error& error) {
    throw Error(source + ": " + error.what());
  }
}

// Whether the graph's first two steps, a scale and a shift, are these of a normalisation, to the bit.
bool begins_with(const PlanGraph& graph, const PlanStep& normalisation) {
  if (graph.steps.size() < 2 || graph.readers(0) != 1) return false;
  const PlanStep &scale = graph.steps[0], &shift = graph.steps[1];
  const auto plain = [](const PlanStep& step) {
    return step.kind == PlanKind::elementwise && step.residual < 0 && !step.relu;
  };
  const auto same = [](const Tensor& a, const Tensor& b) {
    return a.defined() && a.to_vector() == b.to_vector();
  };
  return plain(scale) && scale.input == 0 && scale.output == 1 && shift.output == 2 &&
         same(scale.weight, normalisation.weight) && !scale.bias.defined() && plain(shift) &&
         shift.input == scale.output && graph.readers(scale.output) == 1 && !shift.weight.defined() &&
         same(shift.bias, normalisation.bias);
}

// A file of onnx_model says what its first steps normalise by: then they are the classifier's again, so that
// gradients and proofs, too, are those of the network that was written.
void take_normalisation(PlanGraph& graph, const Settings& metadata, ClassifierConfig& config) {
  if (metadata.size() < 2) return;
  try {
    const ClassifierConfig written = from_settings(metadata);
    Normalize normalize(written.mean, written.deviation);
    if (!begins_with(graph, graph_of(normalize, graph.shape(0)).steps.front())) return;
    config.mean = written.mean;
    config.deviation = written.deviation;
  } catch (const Error&) {  // metadata of others, who call something else so
    return;
  }
  // Values are numbered as steps write them, so the others move up by two, and the normalised one becomes 0.
  graph.steps.erase(graph.steps.begin(), graph.steps.begin() + 2);
  graph.shapes.erase(graph.shapes.begin() + 1, graph.shapes.begin() + 3);
  graph.output -= 2;
  for (PlanStep& step : graph.steps)
    for (int* value : {&step.input, &step.output, &step.residual})
      if (*value >= 0) *value -= 2;
}

// A graph's last steps as a head; they are taken off the graph, whose output then are the features.
class HeadOf {
 public:
  HeadOf(PlanGraph& graph, Head::Confidence confidence, ClassifierConfig& config)
      : graph_(graph), confidence_(confidence), config_(config) {
    config_.classes = graph.shape(graph.output).size();
  }

  std::unique_ptr<Head> operator()() {
    if (ends_in({PlanKind::gauss})) return gauss();
    if (ends_in({PlanKind::squares, PlanKind::linear})) return duq();
    if (ends_in({PlanKind::elementwise, PlanKind::squares, PlanKind::linear})) return quadratic();
    require(confidence_ == Head::Confidence::softmax, "the exponentials at its end are not those of squares");
    return softmax();
  }

 private:
  // The last steps' kinds, the last first; nothing else may read what they make of one another.
  bool ends_in(std::initializer_list<PlanKind> kinds) const {
    int output = graph_.output;
    for (const PlanKind kind : kinds) {
      const int writer = graph_.writer(output);
      if (writer < 0) return false;
      const PlanStep& step = graph_.steps[writer];
      if (step.kind != kind || step.relu || step.residual >= 0 || graph_.readers(output) != 1) return false;
      output = step.input;
    }
    return true;
  }

  PlanStep take() {
    const int writer = graph_.writer(graph_.output);
    PlanStep step = graph_.steps[writer];
    graph_.steps.erase(graph_.steps.begin() + writer);
    graph_.output = step.input;
    return step;
  }

  // Once the head's steps are gone: what is left is the embedding.
  void name(const char* head) {
    config_.head = head;
    config_.embedding = graph_.shape(graph_.output).size();
  }

  std::unique_ptr<Head> softmax() {
    const bool linear = ends_in({PlanKind::linear});
    const PlanStep last = linear ? take() : PlanStep{.kind = PlanKind::linear, .input = graph_.output};
    name("softmax");
    config_.bias = last.bias.defined();
    auto head = std::make_unique<SoftmaxHead>(config_.embedding, config_.classes, random_,
                                              config_.bias ? SoftmaxHead::Bias::yes : SoftmaxHead::Bias::no);
    if (config_.bias) head->bias.assign(last.bias);
    std::vector<int> classes(config_.classes);
    std::iota(classes.begin(), classes.end(), 0);
    head->weight.assign(linear ? last.weight : one_hot(classes, config_.classes));
    return head;
  }

  std::unique_ptr<Head> gauss() {
    const PlanStep last = take();
    name("gauss");
    auto head = std::make_unique<GaussHead>(config_.embedding, config_.classes, random_, config_.gauss);
    head->weight.assign(transpose(last.weight));
    head->gamma.assign(last.bias);
    return head;
  }

  std::unique_ptr<Head> duq() {
    const PlanStep squares = take(), linear = take();
    name("duq");
    const Index size = linear.weight.dim(0) / config_.classes;
    for (const double gamma : squares.bias.to_vector())
      require(gamma == squares.bias.at(0), "sums of squares with a gamma for each class have no head here");
    config_.duq = {size, squares.bias.at(0) * static_cast<double>(size)};
    auto head = std::make_unique<DuqHead>(config_.embedding, config_.classes, random_, config_.duq);
    head->weight.assign(reshape(linear.weight, head->weight.shape()));
    head->counts.assign(ones({config_.classes}));
    if (linear.bias.defined())
      head->sums.assign(-reshape(linear.bias, head->sums.shape()));
    else
      head->sums.assign(zeros(head->sums.shape()));
    return head;
  }

  std::unique_ptr<Head> quadratic() {
    const PlanStep shift = take(), squares = take(), linear = take();
    name("quadratic");
    require(!shift.weight.defined() && linear.bias.defined() && confidence_ == Head::Confidence::softmax,
            "sums of squares that are scaled, or no softmax's, have no head here");
    config_.duq.centroid_size = linear.weight.dim(0) / config_.classes;
    auto head = std::make_unique<QuadraticHead>(config_.embedding, config_.classes, config_.duq.centroid_size,
                                                random_);
    head->weight.assign(reshape(linear.weight, head->weight.shape()));
    head->bias.assign(reshape(linear.bias, head->bias.shape()));
    head->gamma.assign(squares.bias);
    head->scales.assign(shift.bias);
    return head;
  }

  PlanGraph& graph_;
  Head::Confidence confidence_;
  ClassifierConfig& config_;
  Random random_;
};

}  // namespace

std::unique_ptr<GraphNetwork> network_of_onnx(const std::string& bytes, const std::string& source,
                                              const Shape& image) {
  return std::make_unique<GraphNetwork>(imported(bytes, source, image).graph);
}

Classifier classifier_of_onnx(const std::string& bytes, const std::string& source, const Settings& settings,
                              const Shape& image) {
  const NoGrad scope;
  auto [graph, confidence, metadata] = imported(bytes, source, image);
  Settings given = {{"mean", "0"}, {"std", "1"}};
  for (const char* key : {"mean", "std"})
    if (const auto at = settings.find(key); at != settings.end()) given[key] = at->second;
  ClassifierConfig config = from_settings(given);
  config.model = "graph";
  config.take_inputs(graph.shape(0));
  if (!settings.contains("mean") && !settings.contains("std")) take_normalisation(graph, metadata, config);
  require(graph.shape(graph.output).size() >= 2, source, ": has ", graph.shape(graph.output).size(),
          " outputs, which are no classes");
  try {
    auto head = HeadOf(graph, confidence, config)();
    config.graph = plan::to_text(graph);
    return {config, std::make_unique<GraphNetwork>(std::move(graph)), std::move(head)};
  } catch (const Error& error) {
    throw Error(source + ": " + error.what());
  }
}

std::string read_onnx(const std::filesystem::path& path) {
  constexpr auto most = static_cast<std::uintmax_t>(std::numeric_limits<int>::max());
  std::error_code ignored;  // who reads it says why it cannot be
  const auto size = std::filesystem::file_size(path, ignored);
  require(ignored || size <= most, path.string(), ": has ", size, " bytes; an ONNX file has less than 2 GB");
  return read_file(path);
}

}  // namespace voronet
