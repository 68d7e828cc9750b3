// The operators that move numbers and change none, and constants, of which exporters compute shapes.
#include <voronet/interchange/onnx_importer.h>
#include <voronet/interchange/onnx_nodes.h>

#include <algorithm>

namespace voronet {
namespace {

// In shapes that nodes compute: however many images there are.
constexpr Index batch_mark = -1'000'000'007;

}  // namespace

void OnnxImporter::identity(const Node& node) {
  if (node.op_type() == "Cast") {
    const Index to = whole_or(node, "to", 0);
    const bool fine = !is_value(node, 0) || to == onnx::TensorProto::FLOAT || to == onnx::TensorProto::DOUBLE;
    require_node(fine, node, "makes its values other than floats");
  }
  if (is_value(node, 0)) return keep(node, value(node));
  keep(node, numbers(node, 0));
}

void OnnxImporter::shape(const Node& node) {
  require_node(attribute(node, "start") == nullptr && attribute(node, "end") == nullptr, node,
               "asks for a part of a shape");
  OnnxNumbers sizes;
  if (is_value(node, 0)) {
    const OnnxValue& x = value(node);
    if (x.batched) sizes.values.push_back(batch_mark);
    sizes.values.insert(sizes.values.end(), x.dims.begin(), x.dims.end());
  } else {
    const std::vector<Index>& dims = numbers(node, 0).dims;
    sizes.values.assign(dims.begin(), dims.end());
  }
  sizes.dims = {sizes.size()};
  keep(node, sizes);
}

void OnnxImporter::reshape(const Node& node) {
  std::vector<Index> target = wholes(node, "shape", 1);
  const bool of_value = is_value(node, 0);
  std::vector<Index> dims = of_value ? value(node).dims : numbers(node, 0).dims;
  const Index size = product(dims);
  bool batched = of_value && value(node).batched;
  if (batched) {
    const Index first = target.empty() ? -2 : target[0];
    Index rest = 1;
    bool open = false;
    for (std::size_t i = 1; i < target.size(); ++i) {
      const Index t = target[i] == 0 && i <= dims.size() ? dims[i - 1] : target[i];
      open |= t < 0;
      rest = open ? 0 : product({rest, t});
    }
    const bool keeps = first == batch_mark || first == 0 ||
                       (first > 0 && first == batch_ && (open || rest == size)) ||
                       (first == -1 && rest == size);
    require_node(keeps || batch_ == 1, node, "changes the batch");
    batched = keeps;
    if (keeps) target.erase(target.begin());
  }
  Index known = 1, open = -1;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && i < dims.size()) target[i] = dims[i];
    if (target[i] == -1 && open < 0)
      open = static_cast<Index>(i);
    else
      require_node(target[i] >= 0, node, "has a target that is no shape"),
          known = product({known, target[i]});
  }
  if (open >= 0) {
    require_node(known > 0 && size % known == 0, node, "has a target that does not fit ", size, " values");
    target[open] = size / known;
  }
  require_node(product(target) == size, node, "makes ", product(target), " of ", size, " values");
  if (of_value) {
    OnnxValue y = value(node);
    y.dims = target;
    y.batched = batched;
    return keep(node, y);
  }
  keep(node, OnnxNumbers{target, numbers(node, 0).values});
}

void OnnxImporter::change_axes(const Node& node) {
  const bool of_value = is_value(node, 0);
  OnnxValue x = of_value ? value(node) : OnnxValue{.batched = false, .dims = numbers(node, 0).dims};
  const std::string& type = node.op_type();
  if (type == "Flatten") {
    const Index axis = whole_or(node, "axis", 1), rank = std::ssize(x.dims) + 1;
    require_node(x.batched && (axis == 1 || axis == 1 - rank), node, "flattens more than each image");
    x.dims = {product(x.dims)};
  } else if (type == "Unsqueeze") {
    const std::vector<Index> axes = wholes(node, "axes", 1);
    for (const Index axis : axes_of(x, axes, x.dims.size() + axes.size())) {
      require_node(axis <= std::ssize(x.dims), node, "adds a dimension too far");
      x.dims.insert(x.dims.begin() + axis, 1);
    }
  } else {
    std::vector<Index> axes = axes_of(x, wholes(node, "axes", 1), x.dims.size());
    if (!has_input(node, 1) && attribute(node, "axes") == nullptr)
      for (Index i = 0; i < std::ssize(x.dims); ++i)
        if (x.dims[i] == 1) axes.push_back(i);
    axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
    for (std::size_t i = axes.size(); i-- > 0;) {
      require_node(x.dims[axes[i]] == 1, node, "takes away a dimension that is not 1");
      x.dims.erase(x.dims.begin() + axes[i]);
    }
  }
  if (of_value) return keep(node, x);
  keep(node, OnnxNumbers{x.dims, numbers(node, 0).values});
}

void OnnxImporter::transpose(const Node& node) {
  const bool of_value = is_value(node, 0);
  const Index rank =
      of_value ? std::ssize(value(node).dims) + value(node).batched : std::ssize(numbers(node, 0).dims);
  std::vector<Index> order = in_order(rank);
  std::reverse(order.begin(), order.end());
  order = wholes_or(node, "perm", order);
  if (!of_value) return keep(node, transposed(numbers(node, 0), order));
  OnnxValue y = value(node);
  if (y.batched) {
    require_node(!order.empty() && order[0] == 0, node, "moves the batch");
    order.erase(order.begin());
    for (Index& d : order) --d;
  }
  const std::vector<Index> from = transposed_places(y.dims, order), dims = y.dims, places = y.places;
  for (std::size_t i = 0; i < from.size(); ++i) y.places[i] = places[from[i]];
  for (std::size_t d = 0; d < order.size(); ++d) y.dims[d] = dims[order[d]];
  keep(node, y);
}

void OnnxImporter::concat(const Node& node) {
  if (!is_value(node, 0)) return fold(node);
  OnnxValue all = value(node);
  const Index axis = axes_of(all, {whole_or(node, "axis", 0)}, all.dims.size()).front();
  const std::vector<Index> before(all.dims.begin(), all.dims.begin() + axis);
  for (int i = 1; i < node.input_size(); ++i) {
    const OnnxValue& next = value(node, i);
    OnnxValue joined = all;
    joined.dims[axis] = next.dims.size() == all.dims.size() ? next.dims[axis] : -1;
    require_node(joined.dims == next.dims && next.batched == all.batched, node,
                 "joins values of different shapes");
    joined.dims[axis] += all.dims[axis];
    const Index a = builder_->shape(all.at)[-1], b = builder_->shape(next.at)[-1];
    joined.at = builder_->concat(all.at, next.at);
    require_node(product(joined.dims) <= most_numbers, node, "makes more than ", most_numbers, " numbers");
    joined.places.clear();
    const Index outer = product(before);
    const auto append = [&](const OnnxValue& x, Index o, Index channels, Index from) {
      const Index inner = std::ssize(x.places) / std::max<Index>(outer, 1);
      for (Index e = o * inner; e < (o + 1) * inner; ++e) {
        const Index place = x.places[e];
        joined.places.push_back(place / channels * (a + b) + from + place % channels);
      }
    };
    for (Index o = 0; o < outer; ++o) append(all, o, a, 0), append(next, o, b, a);
    all = std::move(joined);
  }
  keep(node, all);
}

void OnnxImporter::add_constant(const Node& node) {
  if (const auto* tensor = attribute(node, "value")) return keep(node, numbers_of(tensor->t()));
  for (const char* one : {"value_float", "value_int"})
    if (const auto* number = attribute(node, one))
      return keep(node, OnnxNumbers{{},
                                    {number->has_f() ? static_cast<double>(number->f())
                                                     : static_cast<double>(number->i())}});
  for (const char* several : {"value_floats", "value_ints"})
    if (const auto* list = attribute(node, several)) {
      OnnxNumbers numbers;
      numbers.values.assign(list->floats().begin(), list->floats().end());
      numbers.values.insert(numbers.values.end(), list->ints().begin(), list->ints().end());
      numbers.dims = {numbers.size()};
      return keep(node, numbers);
    }
  require_node(false, node, "holds neither numbers nor a tensor of them");
}

void OnnxImporter::fold(const Node& node) {
  const std::string& type = node.op_type();
  require_node(!is_value(node, 0), node, "is possible of constants alone");
  OnnxNumbers result = numbers(node, 0);
  if (type == "Neg") {
    for (double& each : result.values) each = -each;
  } else if (type == "Gather") {
    require_node(result.dims.size() == 1 && whole_or(node, "axis", 0) == 0, node,
                 "takes rows of a constant matrix");
    const OnnxNumbers& at = numbers(node, 1);
    OnnxNumbers taken{at.dims, {}};
    for (Index i = 0; i < at.size(); ++i) {
      const Index place = at.whole(i) < 0 ? at.whole(i) + result.size() : at.whole(i);
      require_node(place >= 0 && place < result.size(), node, "takes a number that is not there");
      taken.values.push_back(result.values[place]);
    }
    result = taken;
  } else if (type == "Concat") {
    for (int i = 1; i < node.input_size(); ++i) {
      const std::vector<double>& more = numbers(node, i).values;
      result.values.insert(result.values.end(), more.begin(), more.end());
    }
    result.dims = {result.size()};
  } else if (type == "Slice") {
    const std::vector<Index> from = wholes(node, "starts", 1), to = wholes(node, "ends", 2);
    require_node(result.dims.size() == 1 && from.size() == 1 && to.size() == 1 && !has_input(node, 4), node,
                 "takes a part of a constant matrix");
    const auto within = [&](Index i) {
      return std::clamp<Index>(i < 0 ? i + result.size() : i, 0, result.size());
    };
    const Index first = within(from[0]), last = std::max(first, within(to[0]));
    result.values = {result.values.begin() + first, result.values.begin() + last};
    result.dims = {result.size()};
  } else {
    const OnnxNumbers& other = numbers(node, 1);
    const std::vector<double> by = chosen(other.values, broadcast_places(other, result.dims));
    for (std::size_t i = 0; i < by.size(); ++i) {
      double& each = result.values[i];
      each = type == "Add"   ? each + by[i]
             : type == "Sub" ? each - by[i]
             : type == "Mul" ? each * by[i]
                             : each / by[i];
    }
  }
  keep(node, result);
}

}  // namespace voronet
