#include <voronet/layers/heads/ddu.h>
#include <voronet/layers/heads/quadratic.h>
#include <voronet/layers/networks/graph_network.h>
#include <voronet/layers/networks/lenet.h>
#include <voronet/layers/networks/mlp.h>
#include <voronet/layers/networks/resnet.h>
#include <voronet/layers/networks/vgg.h>
#include <voronet/layers/plan/graph_text.h>
#include <voronet/layers/registry.h>

#include <limits>
#include <map>

namespace voronet {
namespace {

// Throws Error for what networks of convolutions have not.
void require_convolutional(const ClassifierConfig& c) {
  require(c.input_shape().rank() == 3, c.model, " takes images, not points of ", c.channels,
          " values; mlp takes both");
  require(c.model_depth == 0, c.model, ": its depth cannot be chosen");
}

// What a configuration leaves open, the model says.
void choose(Index& number, Index own) {
  if (number == 0) number = own;
}

const Model mlp_model = {
    .complete =
        [](ClassifierConfig& c) {
          choose(c.model_width, 64);
          choose(c.model_depth, 2);
          choose(c.embedding, 10);
        },
    .make =
        [](const ClassifierConfig& c, Random& random) {
          return mlp({c.input_shape(), c.model_width, c.model_depth, c.embedding, c.final_relu}, random);
        }};

// A network from elsewhere, of which files hold everything.
const Model graph_model = {
    .complete =
        [](ClassifierConfig& c) {
          require(!c.graph.empty(), "graph: such a network comes from an ONNX file, or a checkpoint of one");
        },
    .make =
        [](const ClassifierConfig& c, Random&) {
          return std::make_unique<GraphNetwork>(
              plan::graph_of_text(c.graph, std::numeric_limits<Index>::max()));
        }};

const Model lenet_model = {
    .complete =
        [](ClassifierConfig& c) {
          require_convolutional(c);
          require(c.model_width == 0, "lenet: its width cannot be chosen");
          choose(c.embedding, 10);
        },
    .make =
        [](const ClassifierConfig& c, Random& random) {
          return lenet({c.height, c.width, c.channels, c.embedding, c.final_relu}, random);
        }};

// A network of this depth, with as many features of its own.
template <class Make, class Features>
Model deep_model(Make make, int depth, Features features) {
  const auto options = [](const ClassifierConfig& c) {
    return DeepOptions{c.height, c.width, c.channels, c.model_width, c.embedding, c.final_relu};
  };
  return {.complete =
              [=](ClassifierConfig& c) {
                require_convolutional(c);
                choose(c.model_width, 64);
                if (c.embedding == 0) c.embedding = features(options(c));
              },
          .make = [=](const ClassifierConfig& c, Random& random) { return make(depth, options(c), random); }};
}

Model vgg_model(int depth) { return deep_model(vgg, depth, vgg_features); }

Model resnet_model(int depth) {
  return deep_model(resnet, depth,
                    [=](const DeepOptions& o) { return resnet_features(depth, o.model_width); });
}

template <class Each>
using Table = std::map<std::string, Each>;

Table<Model>& all_models() {
  static Table<Model> table = {
      {"graph", graph_model},           {"mlp", mlp_model},
      {"lenet", lenet_model},           {"vgg11", vgg_model(11)},
      {"vgg13", vgg_model(13)},         {"vgg16", vgg_model(16)},
      {"vgg19", vgg_model(19)},         {"resnet18", resnet_model(18)},
      {"resnet34", resnet_model(34)},   {"resnet50", resnet_model(50)},
      {"resnet101", resnet_model(101)},
  };
  return table;
}

Table<MakeHead>& all_heads() {
  static Table<MakeHead> table = {
      {"softmax",
       [](const ClassifierConfig& c, Random& random) {
         return std::make_unique<SoftmaxHead>(c.embedding, c.classes, random,
                                              c.bias ? SoftmaxHead::Bias::yes : SoftmaxHead::Bias::no);
       }},
      {"gauss",
       [](const ClassifierConfig& c, Random& random) {
         return std::make_unique<GaussHead>(c.embedding, c.classes, random, c.gauss);
       }},
      {"ddu", [](const ClassifierConfig& c,
                 Random& random) { return std::make_unique<DduHead>(c.embedding, c.classes, random); }},
      {"quadratic",
       [](const ClassifierConfig& c, Random& random) {
         const Index size = c.duq.centroid_size == 0 ? c.embedding : c.duq.centroid_size;
         return std::make_unique<QuadraticHead>(c.embedding, c.classes, size, random);
       }},
      {"duq",
       [](const ClassifierConfig& c, Random& random) {
         return std::make_unique<DuqHead>(c.embedding, c.classes, random, c.duq);
       }},
  };
  return table;
}

template <class Each>
std::vector<std::string> names_of(const Table<Each>& table) {
  std::vector<std::string> names;
  for (const auto& [name, each] : table) names.push_back(name);
  return names;
}

template <class Each>
void add(const char* kind, Table<Each>& table, const std::string& name, Each each) {
  require(!name.empty(), "register_", kind, ": a ", kind, " needs a name");
  require(table.emplace(name, std::move(each)).second, "register_", kind, ": there is a ", kind, " called ",
          name, " already");
}

template <class Each>
const Each& find(const char* kind, const Table<Each>& table, const std::string& name) {
  const auto found = table.find(name);
  require(found != table.end(), kind, ": no ", kind, " is called ", name, "; there are ",
          listed(names_of(table)), " (a program adds its own by register_", kind, ")");
  return found->second;
}

}  // namespace

void register_model(const std::string& name, Model model) {
  require(model.make != nullptr, "register_model: ", name, " has no function that makes it");
  add("model", all_models(), name, std::move(model));
}

void register_head(const std::string& name, MakeHead make) {
  require(make != nullptr, "register_head: ", name, " has no function that makes it");
  add("head", all_heads(), name, std::move(make));
}

std::vector<std::string> models() { return names_of(all_models()); }

std::vector<std::string> heads() { return names_of(all_heads()); }

const Model& registered_model(const std::string& name) { return find("model", all_models(), name); }

std::unique_ptr<Head> make_head(const ClassifierConfig& config, Random& random) {
  require(config.classes >= 2, "classifier: ", config.classes, " classes, at least 2 are needed");
  return find("head", all_heads(), config.head)(config, random);
}

}  // namespace voronet
