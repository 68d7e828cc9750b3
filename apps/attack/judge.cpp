#include <voronet/apps/attack/judge.h>
#include <voronet/attacks/success.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/data/picture_files.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace voronet {
namespace {

constexpr Index batch = 400;
constexpr double rounding = 1e-6;
using Ask = std::function<Prediction(const Tensor& images)>;

void require_fitting(const AdversarialImages& given, const data::Dataset& set,
                     const std::optional<data::ImageRange>& range) {
  const Tensor& images = given.images;
  require(images.shape().without(0) == set.input_shape(), "judge: the images are ", images.shape().without(0),
          ", those of ", set.name, " are ", set.input_shape());
  std::set<std::pair<Index, std::optional<int>>> seen;
  for (std::size_t i = 0; i < given.indices.size(); ++i) {
    const Index index = given.indices[i];
    require(index < set.size() && (!range || range->contains(index)), "judge: image ", i, " is of image ",
            index, ", which ", range ? "is not in the range" : "the data set does not have");
    const int label = set.labels[index];
    require(!given.labels[i] || *given.labels[i] == label, "judge: image ", i, " is said to be of class ",
            given.labels[i].value_or(-1), ", but image ", index, " of ", set.name, " is of class ", label);
    require(seen.emplace(index, given.targets[i]).second, "judge: image ", i, " is the second one of image ",
            index);
    require(!given.targets[i] || !range, "judge: a range is of images without targets");
    require(!given.targets[i] || *given.targets[i] < set.classes, "judge: image ", i, " has target ",
            given.targets[i].value_or(-1), " of ", set.classes, " classes");
  }
}

// Whole bytes become what networks are given for them, to the last bit.
void round_to_bytes(std::span<float> image, bool& all_whole) {
  all_whole = true;
  for (float& value : image)
    if (const auto byte = data::byte_of(value))
      value = static_cast<float>(*byte) / 255;
    else
      all_whole = false;
}

void measure(JudgedImage& judged, const Tensor& before, std::span<float> after) {
  round_to_bytes(after, judged.whole_bytes);
  judged.in_range = std::ranges::all_of(after, [](float value) { return value >= 0 && value <= 1; });
  const Perturbation change = perturbation(before, {after.begin(), after.end()});
  judged.linf = change.linf, judged.l2 = change.l2, judged.l1 = change.l1;
  const Index channels = before.dim(3);
  for (Index i = 0; i < before.size(); i += channels)
    judged.pixels += !std::equal(after.begin() + i, after.begin() + i + channels, before.data<float>() + i);
}

std::string broken_rule(const JudgedImage& judged, const JudgeRules& rules) {
  const double size = rules.norm == "linf" ? judged.linf : rules.norm == "l2" ? judged.l2 : judged.l1;
  if (!judged.in_range) return "outside [0, 1]";
  if (rules.pixels && !judged.whole_bytes) return "no whole bytes";
  if (rules.pixels && judged.pixels > *rules.pixels)
    return text("more than ", *rules.pixels, *rules.pixels == 1 ? " pixel" : " pixels");
  if (rules.epsilon && size > *rules.epsilon + rounding) return text(rules.norm, " above ", *rules.epsilon);
  return "";
}

// What the model says of the chosen images, each a row, in batches.
template <class Take>
void ask(const Tensor& images, const std::vector<Index>& chosen, const Ask& model, const Take& take) {
  for (std::size_t first = 0; first < chosen.size(); first += batch) {
    Tensors parts;
    for (std::size_t i = first; i < std::min<std::size_t>(first + batch, chosen.size()); ++i)
      parts.push_back(slice(images, 0, chosen[i], chosen[i] + 1));
    const Prediction answers = model(concat(parts, 0));
    for (std::size_t i = 0; i < parts.size(); ++i) take(first + i, answers, static_cast<Index>(i));
  }
}

// The rows of originals, by their index and target; of those that the model gets right.
std::map<std::pair<Index, std::optional<int>>, AttackRow> started_rows(
    const AdversarialImages& given, const data::Dataset& set, const std::optional<data::ImageRange>& range,
    double tau, const Ask& model) {
  std::vector<AttackRow> rows;
  if (range)
    for (Index index = range->first; index < range->last; ++index)
      rows.push_back(row_of({index, set.labels[index]}));
  else
    for (std::size_t i = 0; i < given.indices.size(); ++i)
      rows.push_back(row_of({given.indices[i], set.labels[given.indices[i]], given.targets[i]}));
  std::vector<Index> indices, order;
  for (const AttackRow& row : rows) order.push_back(std::ssize(indices)), indices.push_back(row.index);
  std::map<std::pair<Index, std::optional<int>>, AttackRow> started;
  ask(set.inputs(indices), order, model, [&](std::size_t i, const Prediction& clean, Index at) {
    if (clean.classes[at] != rows[i].label || !clean.is_finite(at)) return;
    start(rows[i], clean, at, tau);
    started[{rows[i].index, rows[i].target}] = rows[i];
  });
  return started;
}

}  // namespace

Judgement judge(const AdversarialImages& given, const data::Dataset& set,
                const std::optional<data::ImageRange>& range, const JudgeRules& rules, const Ask& model) {
  require_fitting(given, set, range);
  const Tensor images = given.images.to(Dtype::f32);  // a copy
  const Index size = set.images.image_size();
  auto started = started_rows(given, set, range, rules.tau, model);
  Judgement result;
  std::vector<Index> fair;  // those to ask about
  for (Index i = 0; i < images.dim(0); ++i) {
    JudgedImage& judged = result.images.emplace_back();
    judged.row = row_of({given.indices[i], set.labels[given.indices[i]], given.targets[i]});
    measure(judged, set.inputs({&judged.row.index, 1}),
            {images.mutable_data<float>() + i * size, static_cast<std::size_t>(size)});
    judged.broken = broken_rule(judged, rules);
    if (!judged.broken.empty()) ++result.broken[judged.broken];
    const auto row = started.find({judged.row.index, judged.row.target});
    judged.correct = row != started.end();
    if (judged.correct) judged.row = row->second;
    if (judged.correct && judged.broken.empty()) fair.push_back(i);
  }
  ask(images, fair, model, [&](std::size_t i, const Prediction& answers, Index at) {
    AttackRow& row = result.images[fair[i]].row;
    row.queries = 1;
    if (is_flip(row, answers, at)) {
      note_flip(row, answers, at, 1, rules.tau);
      confirm_flip(row, model(slice(images, 0, fair[i], fair[i] + 1)), rules.tau);
    }
    started[{row.index, row.target}] = row;
  });
  for (auto& [key, row] : started) result.run.rows.push_back(std::move(row));
  result.run.range = range.value_or(data::ImageRange{});
  return result;
}

}  // namespace voronet
