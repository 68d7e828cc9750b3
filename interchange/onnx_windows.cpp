// The operators that move windows over feature maps.
#include <voronet/interchange/onnx_importer.h>
#include <voronet/interchange/onnx_nodes.h>

#include <algorithm>
#include <numeric>

namespace voronet {
namespace {

// Rows (or columns) before and after, so that every stride has a window.
std::pair<Index, Index> same_pads(Index size, Index reach, Index stride, bool upper) {
  const Index all = std::max<Index>(0, (divide_up(size, stride) - 1) * stride + reach - size);
  return upper ? std::pair(all / 2, all - all / 2) : std::pair(all - all / 2, all / 2);
}

// What a pooling with ceil_mode has to add after `size` rows, padding included: a last window may reach over
// the border, but must not begin behind it.
Index last_rows(Index size, Index window, Index stride, Index end_of_map) {
  Index windows = divide_up(std::max<Index>(size - window, 0), stride) + 1;
  if ((windows - 1) * stride >= end_of_map) --windows;
  return std::max<Index>(0, (windows - 1) * stride + window - size);
}

}  // namespace

void OnnxImporter::require_map(const Node& node, const OnnxValue& x) const {
  const Shape& shape = builder_->shape(x.at);
  require_node(x.dims.size() == 3, node, "is of ", x.dims.size(),
               " dimensions a image; (c, h, w) is possible");
  require_node(shape.rank() == 3 && x.places == channel_first_places(shape), node,
               "is of what is no map in channel-first order, (n, c, h, w)");
}

OnnxValue OnnxImporter::map_of(PlanValue at) const {
  const Shape& shape = builder_->shape(at);
  require(shape.size() <= most_numbers, "onnx: a map ", shape, " (h, w, c) has more than ", most_numbers,
          " numbers");
  return {.at = at, .dims = {shape[2], shape[0], shape[1]}, .places = channel_first_places(shape)};
}

OnnxImporter::Windows OnnxImporter::windows_of(const Node& node, Index height, Index width,
                                               const Shape& map) const {
  const auto pair = [&](const char* name) {
    const std::vector<Index> both = wholes_or(node, name, {1, 1});
    require_node(both.size() == 2 && both[0] >= 1 && both[1] >= 1 && std::max(both[0], both[1]) < 1 << 20,
                 node, "has ", name, " that are not two whole numbers");
    return std::pair(both[0], both[1]);
  };
  const auto [row_stride, column_stride] = pair("strides");
  const auto [row_step, column_step] = pair("dilations");
  require_node(height >= 1 && width >= 1 && std::max(height, width) < 1 << 20, node, "has a window of ",
               height, " x ", width);
  Windows windows{height, width, row_stride, column_stride, row_step, column_step, {}};
  const std::string automatic = word_or(node, "auto_pad", "NOTSET");
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    const bool upper = automatic == "SAME_UPPER";
    const auto rows = same_pads(map[0], (height - 1) * row_step + 1, row_stride, upper);
    const auto columns = same_pads(map[1], (width - 1) * column_step + 1, column_stride, upper);
    windows.pads = {rows.first, columns.first, rows.second, columns.second};
  } else if (automatic == "NOTSET" || automatic.empty()) {
    const std::vector<Index> pads = wholes_or(node, "pads", {0, 0, 0, 0});
    require_node(pads.size() == 4, node, "has pads that are not four numbers");
    windows.pads = {pads[0], pads[1], pads[2], pads[3]};
  } else {
    require_node(automatic == "VALID", node, "pads by ", automatic, ", which is not known");
  }
  for (const Index pad : {windows.pads.top, windows.pads.left, windows.pads.bottom, windows.pads.right})
    require_node(pad >= 0 && pad < 1 << 20, node, "has a padding of ", pad);
  return windows;
}

// Groups, dilations and paddings that differ from side to side become zeros in a larger kernel, around which
// the padding is alike on all sides: the sums are the same.
void OnnxImporter::convolution(const Node& node) {
  const OnnxValue& x = value(node);
  OnnxNumbers weight = numbers(node, 1);
  require_node(weight.dims.size() == 4 && x.dims.size() == 3, node, "is not two-dimensional");
  const Shape& map = builder_->shape(x.at);
  const bool one_pixel = map.rank() == 1 && x.dims[1] == 1 && x.dims[2] == 1;
  if (!one_pixel) require_map(node, x);
  const Shape place = one_pixel ? Shape{1, 1, map[0]} : map;
  const std::vector<Index> kernel = wholes_or(node, "kernel_shape", {weight.dims[2], weight.dims[3]});
  require_node(kernel == std::vector<Index>{weight.dims[2], weight.dims[3]}, node,
               "has a weight of another shape than its kernel");
  Windows windows = windows_of(node, kernel[0], kernel[1], place);
  if (x.padded) {
    windows.pads.top += x.padded->top, windows.pads.left += x.padded->left;
    windows.pads.bottom += x.padded->bottom, windows.pads.right += x.padded->right;
  }
  require_node(windows.row_stride == windows.column_stride, node, "moves by ", windows.row_stride,
               " rows and ", windows.column_stride, " columns; equal strides are possible");
  const Index outputs = weight.dims[0], each = weight.dims[1], groups = whole_or(node, "group", 1);
  const Index channels = place[2];
  require_node(groups >= 1 && outputs % groups == 0 && each * groups == channels, node, "has ", groups,
               " groups of ", each, " channels, and ", channels, " of its map");
  const Pads& pads = windows.pads;
  const Index padding = std::max({pads.top, pads.left, pads.bottom, pads.right});
  const Index kh = (kernel[0] - 1) * windows.row_step + 1 + 2 * padding - pads.top - pads.bottom,
              kw = (kernel[1] - 1) * windows.column_step + 1 + 2 * padding - pads.left - pads.right;
  require_node(product({outputs, channels, kh, kw}) <= std::max(most_numbers, weight.size()), node,
               "is a kernel of more than ", most_numbers,
               " numbers, once its groups and dilations are zeros");
  std::vector<double> full(product({outputs, channels, kh, kw}));
  for (Index o = 0, from = 0; o < outputs; ++o)
    for (Index c = 0; c < each; ++c)
      for (Index u = 0; u < kernel[0]; ++u)
        for (Index v = 0; v < kernel[1]; ++v, ++from) {
          const Index channel = o / (outputs / groups) * each + c,
                      row = u * windows.row_step + padding - pads.top,
                      column = v * windows.column_step + padding - pads.left;
          full[((o * channels + channel) * kh + row) * kw + column] = weight.values[from];
        }
  Tensor bias;
  if (has_input(node, 2)) {
    require_node(numbers(node, 2).size() == outputs, node, "has ", numbers(node, 2).size(), " biases for ",
                 outputs, " channels");
    bias = tensor_of(numbers(node, 2).values, {outputs});
  }
  const std::string name = named(node, 1);
  if (one_pixel) {  // of which only the kernel's middle sees anything
    require_node(kh == 2 * padding + 1 && kw == kh && x.places == in_order(channels), node,
                 "makes a map of a single pixel");
    OnnxNumbers middle{{outputs, channels}, {}};
    for (Index i = 0; i < outputs * channels; ++i)
      middle.values.push_back(full[(i * kh + padding) * kw + padding]);
    OnnxValue y = linear(x, middle, bias.defined() ? numbers(node, 2).values : std::vector<double>{}, name);
    y.dims = {outputs, 1, 1};
    return keep(node, y);
  }
  OnnxValue y = map_of(builder_->convolution(x.at, tensor_of(full, {outputs, channels, kh, kw}), bias,
                                             {windows.row_stride, padding}));
  y.batched = x.batched;
  names_[y.at.number] = name;
  keep(node, y);
}

void OnnxImporter::pool(const Node& node) {
  const OnnxValue& x = value(node);
  require_map(node, x);
  const Shape map = builder_->shape(x.at);
  const bool largest = node.op_type() == "MaxPool";
  const std::vector<Index> kernel = wholes_or(node, "kernel_shape", {});
  require_node(kernel.size() == 2, node, "is not two-dimensional");
  const Windows windows = windows_of(node, kernel[0], kernel[1], map);
  Pads pads = windows.pads;
  require_node(windows.row_step == 1 && windows.column_step == 1, node, "has dilated windows");
  require_node(whole_or(node, "storage_order", 0) == 0 && node.output_size() == 1, node, "gives positions");
  if (!largest && kernel[0] == map[0] && kernel[1] == map[1] && pads == Pads{}) return global_average(node);
  require_node(kernel[0] == kernel[1] && windows.row_stride == windows.column_stride, node, "has windows of ",
               kernel[0], " x ", kernel[1], " and strides ", windows.row_stride, " x ", windows.column_stride,
               "; squares are possible");
  const Index size = kernel[0], stride = windows.row_stride;
  require_node(std::max({pads.top, pads.left, pads.bottom, pads.right}) < size, node,
               "has windows that lie outside of the map");
  const Pads counted = pads;
  if (whole_or(node, "ceil_mode", 0) != 0) {
    pads.bottom += last_rows(pads.top + map[0] + pads.bottom, size, stride, pads.top + map[0]);
    pads.right += last_rows(pads.left + map[1] + pads.right, size, stride, pads.left + map[1]);
  }
  // The pixel nearest to one outside is in every window that has that one, so it changes no maximum.
  pads.nearest = largest;
  PlanValue at = x.at;
  if (pads.top + pads.left + pads.bottom + pads.right > 0) at = builder_->pad(at, pads);
  at = largest ? builder_->max_pool(at, {size, stride}) : builder_->average_pool(at, {size, stride});
  OnnxValue y = map_of(at);
  y.batched = x.batched;
  if (largest) return keep(node, y);
  // Of a window that reaches over the border, an average may be that of fewer pixels.
  const bool with_pads = whole_or(node, "count_include_pad", 0) != 0;
  const auto within = [&](Index window, Index before, Index after, Index pixels) {
    const Index first = window * stride - before, low = with_pads ? -before : 0,
                high = pixels + (with_pads ? after : 0);
    return std::max<Index>(1, std::min(first + size, high) - std::max(first, low));
  };
  Affine by{.roundings = 3};
  for (Index e = 0; e < std::ssize(y.places); ++e) {
    const Index row = e / y.dims[2] % y.dims[1], column = e % y.dims[2];
    by.scale.push_back(static_cast<double>(size * size) /
                       static_cast<double>(within(row, counted.top, counted.bottom, map[0]) *
                                           within(column, counted.left, counted.right, map[1])));
  }
  const bool all_alike = std::all_of(by.scale.begin(), by.scale.end(), [](double each) { return each == 1; });
  keep(node, all_alike ? y : affine(y, by, named(node, -1)));
}

void OnnxImporter::global_average(const Node& node) {
  const OnnxValue& x = value(node);
  const Shape& map = builder_->shape(x.at);
  require_node(map.rank() == 3 && x.dims.size() == 3, node, "is of what is no map");
  bool keeps = true, channel_first = x.places == channel_first_places(map);
  if (node.op_type() == "ReduceMean") {
    keeps = whole_or(node, "keepdims", 1) != 0;
    const std::vector<Index> axes = axes_of(x, wholes(node, "axes", 1), 3);
    const std::vector<Index> expected = channel_first ? std::vector<Index>{1, 2} : std::vector<Index>{0, 1};
    require_node(axes == expected, node, "takes the mean over other dimensions than the whole map");
  }
  require_node(channel_first || (node.op_type() == "ReduceMean" && x.places == in_order(map.size())), node,
               "is of a map in an order of its own");
  const Index channels = map[2];
  OnnxValue y{.at = builder_->global_average(x.at),
              .batched = x.batched,
              .dims = {channels},
              .places = in_order(channels)};
  if (keeps) y.dims.insert(channel_first ? y.dims.end() : y.dims.begin(), 2, 1);
  keep(node, y);
}

void OnnxImporter::pad(const Node& node) {
  const OnnxValue& x = value(node);
  const std::string mode = word_or(node, "mode", "constant");
  const std::vector<Index> pads = wholes(node, "pads", 1);
  const Index rank = std::ssize(x.dims) + x.batched;
  require_node(std::ssize(pads) == 2 * rank && !has_input(node, 3), node,
               "has pads that are not two for each dimension");
  if (std::all_of(pads.begin(), pads.end(), [](Index p) { return p == 0; })) return keep(node, x);
  require_map(node, x);
  const double filling = has_input(node, 2) ? numbers(node, 2).values.at(0) : number_or(node, "value", 0);
  require_node((mode == "constant" && filling == 0) || mode == "edge", node, "pads with ", mode, ' ', filling,
               "; zeros and edge are possible");
  const auto at = [&](Index dim, bool end) { return pads[dim + x.batched + end * rank]; };
  require_node(at(0, false) == 0 && at(0, true) == 0 && (!x.batched || (pads[0] == 0 && pads[rank] == 0)),
               node, "pads other dimensions than rows and columns");
  const Pads around{at(1, false), at(2, false), at(1, true), at(2, true), mode == "edge"};
  const auto readers = readers_.find(node.output(0));
  const bool by_convolutions =
      !around.nearest && readers != readers_.end() &&
      std::all_of(readers->second.begin(), readers->second.end(),
                  [](const Node* reader) { return reader != nullptr && reader->op_type() == "Conv"; });
  OnnxValue y = x;
  if (by_convolutions && !x.padded) {
    y.padded = around;
    return keep(node, y);
  }
  y = map_of(builder_->pad(x.at, around));
  y.batched = x.batched;
  keep(node, y);
}

}  // namespace voronet
