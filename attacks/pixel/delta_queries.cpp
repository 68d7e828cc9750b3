#include <voronet/attacks/pixel/pixel_queries.h>
#include <voronet/core/autograd.h>
#include <voronet/core/operators/reductions.h>
#include <voronet/core/parallel.h>
#include <voronet/layers/plan/delta_plan.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <memory>
#include <numeric>
#include <tuple>

namespace voronet {

using namespace plan;

namespace {

// Candidates that go through the network together: enough to read weights seldom, few enough for the cache.
constexpr Index candidates_a_group = 128;
// So many of one position make a group, whose windows are cut at the borders; fewer are mixed.
constexpr Index candidates_alone = 16;
// Mixed candidates make at least so many groups, if they are enough, so that all threads have work.
constexpr Index mixed_groups = 4;

// The smallest rectangle that holds a candidate's pixels.
struct Box {
  Index top, left, height, width;
  auto position() const { return std::tuple(top, left, height, width); }
};

Box box_of(const PixelCandidates& candidates, Index i, Index columns) {
  Index top = std::numeric_limits<Index>::max(), left = top, bottom = 0, right = 0;
  for (Index p = i * candidates.pixels; p < (i + 1) * candidates.pixels; ++p) {
    const Index position = candidates.positions[p];
    top = std::min(top, position / columns);
    bottom = std::max(bottom, position / columns + 1);
    left = std::min(left, position % columns);
    right = std::max(right, position % columns + 1);
  }
  return {top, left, bottom - top, right - left};
}

// Mixed boxes share a window of the largest one's size, so they should be of about the same.
auto size_class(const Box& box) {
  const auto rounded = [](Index size) { return std::bit_ceil(static_cast<std::uint64_t>(size)); };
  return std::tuple(rounded(box.height), rounded(box.width));
}

using Group = std::vector<Index>;  // of candidates

// Cuts the members into groups of about one size.
void cut_into(std::vector<Group>& groups, Index pieces, const Group& members) {
  const Index n = std::ssize(members);
  pieces = std::max(pieces, divide_up(n, candidates_a_group));
  for (Index p = 0; p < pieces; ++p)
    groups.emplace_back(members.begin() + n * p / pieces, members.begin() + n * (p + 1) / pieces);
}

std::vector<Group> group(const std::vector<Box>& boxes) {
  const auto key = [&](Index i) {
    const Box& box = boxes[i];
    return std::tuple(size_class(box), box.position());
  };
  Group order(boxes.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return key(a) < key(b); });
  std::vector<Group> groups;
  Group mixed;
  const auto close = [&] {
    cut_into(groups, std::min(mixed_groups, std::ssize(mixed) / candidates_alone), mixed);
    mixed.clear();
  };
  for (auto first = order.begin(); first != order.end();) {
    const auto last = std::find_if(first, order.end(), [&](Index i) { return key(i) != key(*first); });
    if (!mixed.empty() && std::get<0>(key(mixed.front())) != std::get<0>(key(*first))) close();
    if (last - first >= candidates_alone)
      cut_into(groups, 1, Group(first, last));
    else
      mixed.insert(mixed.end(), first, last);
    first = last;
  }
  close();
  return groups;
}

template <class T>
class DeltaQueries {
 public:
  DeltaQueries(std::shared_ptr<const DeltaPlan<T>> plan, const Classifier& model, const data::Images& base)
      : plan_(std::move(plan)),
        model_(model),
        image_(base),
        base_(plan_->base(data::to_tensor(base, dtype_of<T>).template data<T>())) {}

  Prediction ask(const PixelCandidates& candidates) const {
    require_candidates(candidates, image_);
    const NoGrad scope;
    std::vector<Box> boxes;
    for (Index i = 0; i < candidates.count(); ++i) boxes.push_back(box_of(candidates, i, image_.width));
    const std::vector<Group> groups = group(boxes);
    const Tensor logits({candidates.count(), plan_->output_shape().size()}, dtype_of<T>);
    T* rows = logits.mutable_data<T>();
    parallel_for(std::ssize(groups), 1, [&](Index begin, Index end) {
      for (Index g = begin; g < end; ++g) run(candidates, boxes, groups[g], rows);
    });
    return {logits, model_.head().confidences(logits), argmax(logits)};
  }

 private:
  void run(const PixelCandidates& candidates, const std::vector<Box>& boxes, const Group& members,
           T* logits) const {
    const Windows windows = windows_of(boxes, members);
    const Index n = windows.count(), outputs = plan_->output_shape().size();
    std::vector<T> differences(n * windows.area() * image_.channels);
    const kernels::Buffer<T> results(n * outputs);
    for (Index m = 0; m < n; ++m) write(candidates, members, m, windows, differences.data());
    plan_->run(base_, windows, differences.data(), results.data());
    for (Index m = 0; m < n; ++m)
      std::copy_n(results.data() + m * outputs, outputs, logits + members[m] * outputs);
  }

  Windows windows_of(const std::vector<Box>& boxes, const Group& members) const {
    Windows windows;
    for (const Index i : members) {
      const Box& box = boxes[i];
      windows.rows.length = std::max(windows.rows.length, box.height);
      windows.columns.length = std::max(windows.columns.length, box.width);
    }
    for (const Index i : members) {
      const Box& box = boxes[i];
      windows.rows.begins.push_back(std::min(box.top, image_.height - windows.rows.length));
      windows.columns.begins.push_back(std::min(box.left, image_.width - windows.columns.length));
    }
    return windows;
  }

  // The differences of one member of a group, which were 0.
  void write(const PixelCandidates& candidates, const Group& members, Index m, const Windows& windows,
             T* differences) const {
    const Index c = image_.channels, first = members[m] * candidates.pixels;
    for (Index p = first; p < first + candidates.pixels; ++p) {
      const Index position = candidates.positions[p];
      const Index row = position / image_.width - windows.rows.begins[m],
                  column = position % image_.width - windows.columns.begins[m];
      const std::uint8_t *after = candidates.values.data() + p * c,
                         *before = image_.pixels.data() + position * c;
      T* to = differences + (m * windows.area() + row * windows.columns.length + column) * c;
      for (Index k = 0; k < c; ++k) to[k] = static_cast<T>(after[k] - before[k]) / T(255);
    }
  }

  std::shared_ptr<const DeltaPlan<T>> plan_;
  const Classifier& model_;
  data::Images image_;
  typename DeltaPlan<T>::Base base_;
};

}  // namespace

AskPixels ask_pixels_of(Classifier& model) {
  return visit(model.dtype(), [&model](auto zero) -> AskPixels {
    using T = decltype(zero);
    return [&model, plan = std::make_shared<const DeltaPlan<T>>(model, model.input_shape())](
               const data::Images& base) -> PixelQueries {
      require(base.count == 1, "pixel queries: the base is one image, not ", base.count);
      const Shape image{base.height, base.width, base.channels};
      require(image == model.input_shape(), "pixel queries: the base is ", image, ", the model takes ",
              model.input_shape());
      const auto queries = std::make_shared<const DeltaQueries<T>>(plan, model, base);
      return [queries](const PixelCandidates& candidates) { return queries->ask(candidates); };
    };
  });
}

}  // namespace voronet
