#include <voronet/core/autograd.h>
#include <voronet/core/operators/arithmetic.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace voronet {
namespace autograd {

// One recorded operation. Nodes know the nodes that they came from, never those that came from them.
struct Node {
  struct Edge {
    std::shared_ptr<Node> from;
    Rule rule;
  };

  const char* name;
  Shape shape;  // of the output
  Dtype dtype;
  std::vector<Edge> edges;
  Index depth;               // more than that of all that it came from; 0 of a leaf
  Saved output;              // without node, kept only if a rule wants it
  Node* next_due = nullptr;  // see free_node
};

namespace {

// Each thread counts in a place that few others have: they do not fetch one another's cache lines.
struct alignas(64) Count {
  std::atomic<Index> value{0};
};
std::array<Count, 64> nodes_alive;

void count_nodes(Index n) {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t place = threads++ % nodes_alive.size();
  nodes_alive[place].value.fetch_add(n, std::memory_order_relaxed);
}

thread_local bool is_recording = true;

// Freeing a node frees the nodes that it holds, so a long chain would recurse as deep as it is long. A node
// that is due while another is being freed waits in a list instead. The list runs through the nodes, so it
// needs no memory and still works for tensors in static variables, after the thread's own are gone.
void free_node(Node* node) {
  thread_local Node* due = nullptr;
  thread_local bool freeing = false;
  node->next_due = std::exchange(due, node);
  if (freeing) return;
  freeing = true;
  while (due) {
    Node* const next = due;
    due = next->next_due;
    delete next;
    count_nodes(-1);
  }
  freeing = false;
}

std::shared_ptr<Node> make_node(const char* name, const Tensor& output, std::vector<Node::Edge> edges) {
  Index depth = 0;
  for (const Node::Edge& edge : edges) depth = std::max(depth, edge.from->depth + 1);
  count_nodes(1);
  return {new Node{name, output.shape(), output.dtype(), std::move(edges), depth, {}}, free_node};
}

// All nodes that the outputs depend on, deepest first: an order in which every node comes before its sources.
std::vector<std::shared_ptr<Node>> reverse_order(const Tensors& outputs) {
  std::vector<std::shared_ptr<Node>> nodes;
  std::unordered_set<const Node*> seen;
  const auto visit = [&](const std::shared_ptr<Node>& node) {
    if (seen.insert(node.get()).second) nodes.push_back(node);
  };
  for (const Tensor& output : outputs) visit(output.node());
  for (std::size_t i = 0; i < nodes.size(); ++i)
    for (std::size_t e = 0; e < nodes[i]->edges.size(); ++e) visit(nodes[i]->edges[e].from);
  std::stable_sort(nodes.begin(), nodes.end(),
                   [](const auto& a, const auto& b) { return a->depth > b->depth; });
  return nodes;
}

// Those of the nodes (deepest first) that lead to an input.
std::unordered_set<const Node*> on_the_way(const std::vector<std::shared_ptr<Node>>& nodes,
                                           const Tensors& inputs) {
  std::unordered_set<const Node*> wanted;
  for (const Tensor& input : inputs) wanted.insert(input.node().get());
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node)
    for (const auto& edge : (*node)->edges)
      if (wanted.contains(edge.from.get())) wanted.insert(node->get());
  return wanted;
}

class Gradients {
 public:
  void add(const Node* node, const Tensor& gradient) {
    require(gradient.defined(), "grad: ", node->name, " was given an undefined gradient");
    require(gradient.shape() == node->shape && gradient.dtype() == node->dtype, "grad: ", node->name,
            " has output ", node->dtype, ' ', node->shape, " but was given a gradient of ", gradient.dtype(),
            ' ', gradient.shape());
    const auto [at, first] = sums_.try_emplace(node, gradient);
    if (!first) at->second = at->second + gradient;
  }
  Tensor find(const Node* node) const {
    const auto at = sums_.find(node);
    return at == sums_.end() ? Tensor() : at->second;
  }
  // For the caller, who may write it: a copy if anyone else has or will have the storage.
  Tensor own(const Node* node) {
    const auto at = sums_.find(node);
    if (at == sums_.end()) return {};
    Tensor gradient = std::move(at->second);
    const bool alone = gradient.alone() && node->edges.empty();
    at->second = gradient;
    return alone || gradient.tracked() ? gradient : gradient.clone();
  }
  void drop(const Node* node) { sums_.erase(node); }

 private:
  std::unordered_map<const Node*, Tensor> sums_;
};

// For each node the inputs (their positions) whose gradients are whole when it is through: it is the last
// that came from them. Under the null node: inputs that no node came from.
std::unordered_map<const Node*, std::vector<std::size_t>> whole_after(
    const std::vector<std::shared_ptr<Node>>& nodes, const Tensors& inputs) {
  std::unordered_map<const Node*, const Node*> last_user;
  for (const auto& node : nodes)
    for (const auto& edge : node->edges) last_user[edge.from.get()] = node.get();
  std::unordered_map<const Node*, std::vector<std::size_t>> positions;
  for (std::size_t i = 0; i < inputs.size(); ++i) positions[last_user[inputs[i].node().get()]].push_back(i);
  return positions;
}

void check(const Tensors& outputs, const Tensors& inputs, const GradOptions& options) {
  for (const Tensor& input : inputs)
    require(input.tracked(), "grad: an input is not tracked (see variable())");
  for (const Tensor& output : outputs)
    require(output.tracked(), "grad: an output does not come from any tracked tensor");
  require(options.cotangents.empty() || options.cotangents.size() == outputs.size(), "grad: ", outputs.size(),
          " outputs but ", options.cotangents.size(), " cotangents");
  for (std::size_t i = 0; i < outputs.size() && options.cotangents.empty(); ++i)
    require(outputs[i].size() == 1, "grad: output of shape ", outputs[i].shape(), " needs a cotangent");
}

}  // namespace

bool recording() { return is_recording; }

bool is_leaf(const Tensor& tensor) { return tensor.tracked() && tensor.node()->edges.empty(); }

std::string operator_name(const Tensor& tensor) {
  require(tensor.tracked(), "operator_name: the tensor is not tracked");
  return tensor.node()->name;
}

Index live_nodes() {
  return std::accumulate(nodes_alive.begin(), nodes_alive.end(), Index{0},
                         [](Index n, const Count& count) { return n + count.value; });
}

}  // namespace autograd

using autograd::Node;

Tensor Step::output() const {
  require(node_->output.tensor_.defined(), "autograd: a rule of ", node_->name,
          " asks for the output, which was not kept");
  return saved(node_->output).with_node(node_);
}

const Tensor& Step::saved(const Saved& saved) const {
  const Tensor& tensor = saved.tensor_;
  require(tensor.version() == saved.version_, "grad: ", node_->name, " needs ",
          autograd::is_leaf(tensor) ? "a leaf" : "a tensor", " of shape ", tensor.shape(),
          " as it was, but it was written since: compute the output again");
  return tensor;
}

const Tensors& Step::shared(const std::function<Tensors(const Step&)>& compute) const {
  if (shared_.empty()) shared_ = compute(*this);
  return shared_;
}

namespace {

Tensor recorded(const char* name, Tensor output, std::span<const Input> inputs, Keep keep) {
  if (!autograd::recording()) return output;
  std::vector<Node::Edge> edges;
  for (const Input& input : inputs)
    if (input.tensor.tracked()) edges.push_back({input.tensor.node(), std::move(input.rule)});
  if (edges.empty()) return output;
  const auto node = autograd::make_node(name, output, std::move(edges));
  if (keep == Keep::output) node->output = Saved(output.detach());
  return output.with_node(node);
}

}  // namespace

Tensor record(const char* name, Tensor output, std::initializer_list<Input> inputs, Keep keep) {
  return recorded(name, std::move(output), {inputs.begin(), inputs.size()}, keep);
}

Tensor record(const char* name, Tensor output, const std::vector<Input>& inputs) {
  return recorded(name, std::move(output), inputs, Keep::nothing);
}

Tensor variable(const Tensor& tensor) { return tensor.with_node(autograd::make_node("leaf", tensor, {})); }

Tensors grad(const Tensors& outputs, const Tensors& inputs, const GradOptions& options) {
  autograd::check(outputs, inputs, options);
  std::optional<NoGrad> scope;
  if (!options.create_graph) scope.emplace();
  autograd::Gradients gradients;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    gradients.add(outputs[i].node().get(), options.cotangents.empty()
                                               ? ones(outputs[i].shape(), outputs[i].dtype())
                                               : options.cotangents[i]);
  const auto nodes = autograd::reverse_order(outputs);
  const auto wanted = autograd::on_the_way(nodes, inputs);
  std::unordered_set<const Node*> asked;
  for (const Tensor& input : inputs) asked.insert(input.node().get());

  Tensors result(inputs.size());
  const auto whole = autograd::whole_after(nodes, inputs);
  const auto finish_after = [&](const Node* node) {
    const auto at = whole.find(node);
    if (at == whole.end()) return;
    for (const std::size_t i : at->second) {
      result[i] = gradients.own(inputs[i].node().get());
      if (!result[i].defined()) result[i] = zeros(inputs[i].shape(), inputs[i].dtype());
      if (options.ready) options.ready(i, result[i]);
    }
  };
  for (const auto& node : nodes) {
    if (!wanted.contains(node.get())) continue;
    const Tensor gradient = gradients.find(node.get());
    if (!asked.contains(node.get())) gradients.drop(node.get());
    if (gradient.defined()) {
      const Step step(gradient, node);
      for (const auto& edge : node->edges)
        if (wanted.contains(edge.from.get())) gradients.add(edge.from.get(), edge.rule(step));
    }
    finish_after(node.get());
  }
  finish_after(nullptr);
  return result;
}

Tensors grad(const Tensor& output, const Tensors& inputs, const GradOptions& options) {
  return grad(Tensors{output}, inputs, options);
}

NoGrad::NoGrad() : before_(std::exchange(autograd::is_recording, false)) {}
NoGrad::~NoGrad() { autograd::is_recording = before_; }

}  // namespace voronet
