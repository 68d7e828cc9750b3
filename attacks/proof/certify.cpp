#include <voronet/attacks/pixel/census_count.h>
#include <voronet/attacks/pixel/settled_queries.h>
#include <voronet/attacks/proof/certify.h>

#include <algorithm>

namespace voronet {
namespace {

// The pixels that bounds do not rule out.
std::vector<OpenPixel> open_pixels(const BoundPlan& plan, const data::Images& image, const FlipRule& rule) {
  const std::vector<ValueRange> all_values(image.channels, {0, 1});
  std::vector<FlipVerdict> verdicts(image.height * image.width);
  for_each_pixel(plan, image, [&](PixelBounds& bounds, Index row, Index column, Index position) {
    verdicts[position] = judge(plan.head(), bounds.features(row, column, all_values), rule);
  });
  std::vector<OpenPixel> open;
  for (Index i = 0; i < std::ssize(verdicts); ++i)
    if (verdicts[i].flip != Claim::no)
      open.push_back({i / image.width, i % image.width, verdicts[i].confident != Claim::no});
  return open;
}

// Every value of every open pixel but the one that it has.
PixelCandidates all_values(const data::Images& image, const std::vector<OpenPixel>& open) {
  PixelCandidates candidates;
  for (const OpenPixel& pixel : open) {
    const Index position = pixel.row * image.width + pixel.column;
    for (int value = 0; value < 256; ++value) {
      if (value == image.pixels[position]) continue;
      candidates.positions.push_back(static_cast<std::int32_t>(position));
      candidates.values.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return candidates;
}

}  // namespace

AttackRow attack(const Certify& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target) {
  require(!target, "certify: proves that the class stays, not that it misses a target");
  AttackRow row = row_of({index, label});
  FlipWatch watch(model.predict, image, row, Goal::confident_flip, options.tau);
  const FlipRule rule = flip_rule(label, watch.row().confidences_before, options.tau);

  Proof proof;
  proof.open = open_pixels(options.network->bounds(), image, rule);
  proof.pruned = image.height * image.width - std::ssize(proof.open);
  proof.certified = proof.open.empty();
  proof.certified_confident = std::none_of(proof.open.begin(), proof.open.end(),
                                           [](const OpenPixel& pixel) { return pixel.confident; });
  std::optional<Census> census;
  if (image.channels == 1) {
    CensusCount count(image);
    count.ask_all(*settled_queries(model, image, label, options.tau), all_values(image, proof.open), watch);
    census = count.census();
    proof.certified = census->adversarial() == 0;
    proof.certified_confident = census->adversarial_confident() == 0;
  }
  row = watch.finish();
  row.census = std::move(census);
  row.proof = std::move(proof);
  return row;
}

std::string threat_model(const Certify& options) {
  return text(pixel_rules(1, options.tau),
              " A certified image has no such change: pixels are ruled out by bounds over all their values, "
              "which hold for real values and for floats in any order of summation; of gray images, the "
              "others are tried value by value; colour images with others are not certified, which does not "
              "mean that they can be flipped.");
}

}  // namespace voronet
