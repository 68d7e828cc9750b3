#include <voronet/attacks/proof/line_walk.h>
#include <voronet/attacks/proof/real_values.h>
#include <voronet/core/parallel.h>

#include <algorithm>

namespace voronet {
namespace {

std::vector<FlipRange> walked(Workplaces& workplaces, std::span<const Index> positions, Index width,
                              const FlipRule& rule) {
  std::vector<PixelWalk> walks(positions.size());
  parallel_for(std::ssize(positions), 1, [&](Index begin, Index end) {
    workplaces.with_one([&](Workplace& by) {
      for (Index i = begin; i < end; ++i)
        walks[i] = walk_line(by.bounds, by.head, rule, positions[i] / width, positions[i] % width);
    });
  });
  std::vector<FlipRange> ranges;
  for (const PixelWalk& walk : walks) ranges.insert(ranges.end(), walk.ranges.begin(), walk.ranges.end());
  return ranges;
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

// Of the ranges that flip, the best one's middle.
std::optional<RealFlip> confirmed(const std::vector<FlipRange>& ranges, const Prediction& middles,
                                  Index index, const FlipRule& rule) {
  std::optional<std::size_t> best;
  const auto confidence = [&](std::size_t i) {
    return middles.confidence(static_cast<Index>(i), middles.classes[i]);
  };
  const auto rank = [&](std::size_t i) {
    return std::pair(ranges[i].confident == Claim::yes, ranges[i].to - ranges[i].from);
  };
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const FlipRange& range = ranges[i];
    if (range.flip != Claim::yes) continue;
    require(middles.classes[i] != rule.label && (range.confident != Claim::yes || confidence(i) > *rule.tau),
            "proof: of image ", index, ", pixel (", range.row, ", ", range.column, "), values from ",
            range.from, " to ", range.to, " were proven to flip the class",
            range.confident == Claim::yes ? " with confidence" : "",
            ", but in double that between them does not: one of them is wrong");
    if (!best || rank(i) > rank(*best)) best = i;
  }
  if (!best) return {};
  const FlipRange& range = ranges[*best];
  return RealFlip{range.row, range.column, (range.from + range.to) / 2, middles.classes[*best],
                  confidence(*best)};
}

}  // namespace

RealValues real_values(Workplaces& workplaces, const ProvableNetwork& network, const data::Images& image,
                       std::span<const Index> positions, const FlipRule& rule, Index index) {
  RealValues found{walked(workplaces, positions, image.width, rule), {}};
  if (!found.ranges.empty())
    found.real_flip = confirmed(found.ranges, at_middles(network, image, found.ranges), index, rule);
  return found;
}

}  // namespace voronet
