#include <voronet/attacks/pixel/census_count.h>
#include <voronet/attacks/pixel/settled_queries.h>
#include <voronet/attacks/proof/line_search.h>
#include <voronet/attacks/proof/line_walk.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

// The 8-bit values within ranges, but for those that the pixels have.
PixelCandidates integers_within(const data::Images& image, const std::vector<FlipRange>& ranges) {
  constexpr double slack = 1e-6;  // ends of ranges are as good as double
  PixelCandidates candidates;
  Index last = -1;  // touching ranges may share an integer
  for (const FlipRange& range : ranges) {
    const Index position = range.row * image.width + range.column;
    const auto first_value = static_cast<int>(std::ceil(range.from * 255 - slack)),
               last_value = static_cast<int>(std::floor(range.to * 255 + slack));
    for (int value = std::max(first_value, 0); value <= std::min(last_value, 255); ++value) {
      if (value == image.pixels[position] || position * 256 + value <= last) continue;
      last = position * 256 + value;
      candidates.positions.push_back(static_cast<std::int32_t>(position));
      candidates.values.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return candidates;
}

// What the network in double says of the middle of each range.
Prediction at_middles(const ProvableNetwork& network, const data::Images& image,
                      const std::vector<FlipRange>& ranges) {
  const Tensor base = data::to_tensor(image, Dtype::f64);
  const Tensor images({std::ssize(ranges), image.height, image.width, 1}, Dtype::f64);
  double* to = images.mutable_data<double>();
  for (const FlipRange& range : ranges) {
    std::copy_n(base.data<double>(), base.size(), to);
    to[range.row * image.width + range.column] = (range.from + range.to) / 2;
    to += base.size();
  }
  return network.in_double(images);
}

// Ranges whose middle the forward in double does not confirm are open; of the others, the best one's.
std::optional<RealFlip> confirm(std::vector<FlipRange>& ranges, const Prediction& middles,
                                const FlipRule& rule) {
  std::optional<std::size_t> best;
  const auto confidence = [&](std::size_t i) {
    return middles.confidence(static_cast<Index>(i), middles.classes[i]);
  };
  const auto rank = [&](std::size_t i) {
    return std::pair(ranges[i].confident == Claim::yes, ranges[i].to - ranges[i].from);
  };
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    FlipRange& range = ranges[i];
    if (middles.classes[i] == rule.label) range.flip = Claim::maybe;
    if (range.confident == Claim::yes && !(confidence(i) > *rule.tau)) range.confident = Claim::maybe;
    if (range.flip == Claim::yes && (!best || rank(i) > rank(*best))) best = i;
  }
  if (!best) return {};
  const FlipRange& range = ranges[*best];
  return RealFlip{range.row, range.column, (range.from + range.to) / 2, middles.classes[*best],
                  confidence(*best)};
}

}  // namespace

AttackRow attack(const LineSearch& options, const AttackedModel& model, const data::Images& image,
                 Index index, int label, std::optional<int> target) {
  require(image.channels == 1, "line search: image ", index, " has ", image.channels,
          " channels, and a pixel more than one value; it is for gray images, use certify");
  require(!target, "line search: proves that the class stays, not that it misses a target");
  AttackRow row = row_of({index, label});
  FlipWatch watch(model.predict, image, row, Goal::confident_flip, options.tau);
  const FlipRule rule = flip_rule(label, watch.row().confidences_before, options.tau);
  const BoundPlan& plan = options.network->bounds();

  Proof proof;
  std::vector<PixelWalk> walks(image.height * image.width);
  for_each_pixel(plan, image, [&](PixelBounds& bounds, Index pixel_row, Index column, Index position) {
    walks[position] = walk_line(bounds, plan.head(), rule, pixel_row, column);
  });
  for (Index i = 0; i < std::ssize(walks); ++i) {
    const auto& [at_once, ranges] = walks[i];
    if (at_once.flip != Claim::no)
      proof.open.push_back({i / image.width, i % image.width, at_once.confident != Claim::no});
    proof.ranges.insert(proof.ranges.end(), ranges.begin(), ranges.end());
  }
  proof.pruned = std::ssize(walks) - std::ssize(proof.open);
  if (!proof.ranges.empty())
    proof.real_flip = confirm(proof.ranges, at_middles(*options.network, image, proof.ranges), rule);
  proof.certified = proof.ranges.empty();
  proof.certified_confident =
      std::all_of(proof.ranges.begin(), proof.ranges.end(),
                  [](const FlipRange& range) { return range.confident == Claim::no; });

  CensusCount count(image);
  count.ask_all(*settled_queries(model, image, label, options.tau), integers_within(image, proof.ranges),
                watch);
  row = watch.finish();
  row.census = count.census();
  row.proof = std::move(proof);
  return row;
}

std::string threat_model(const LineSearch& options) {
  return text(pixel_rules(1, options.tau),
              " Beyond the 8-bit values, the line search proves what every real value from 0 to 1 of every "
              "pixel does: a certified image has no flip by any of them, in floats of any order of "
              "summation; a margin within their rounding is not certified. Claimed flips by real values are "
              "confirmed by a forward in double.");
}

}  // namespace voronet
