#include <voronet/attacks/pixel/census_count.h>
#include <voronet/attacks/pixel/settled_queries.h>
#include <voronet/attacks/proof/certify.h>
#include <voronet/attacks/proof/line_walk.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

struct ByteVerdict {
  std::uint8_t value;
  FlipVerdict verdict;
};

struct PixelProof {
  PixelWalk walk;
  std::vector<ByteVerdict> bytes;  // of a gray pixel, those that may flip
};

// The bytes within ranges but for the pixel's own: what bounds say of each.
std::vector<ByteVerdict> bytes_within(const std::vector<FlipRange>& ranges, PixelBounds& bounds,
                                      const LogitBounds& head, const FlipRule& rule, int own) {
  constexpr double slack = 1e-6;  // ends of ranges are as good as double
  std::vector<ByteVerdict> bytes;
  int next = 0;  // touching ranges may share a byte
  for (const FlipRange& range : ranges) {
    const int last = std::min(static_cast<int>(std::floor(range.to * 255 + slack)), 255);
    for (int byte = std::max(next, static_cast<int>(std::ceil(range.from * 255 - slack))); byte <= last;
         ++byte) {
      next = byte + 1;
      if (byte == own) continue;
      const ValueRange value{byte / 255.0, byte / 255.0};
      const FlipVerdict verdict = judge(head, bounds.features(range.row, range.column, {&value, 1}), rule);
      if (verdict.flip != Claim::no) bytes.push_back({static_cast<std::uint8_t>(byte), verdict});
    }
  }
  return bytes;
}

std::vector<PixelProof> proofs(const BoundPlan& plan, const data::Images& image, const FlipRule& rule) {
  std::vector<PixelProof> pixels(image.height * image.width);
  const std::vector<ValueRange> all_values(image.channels, {0, 1});
  for_each_pixel(plan, image, [&](PixelBounds& bounds, Index row, Index column, Index position) {
    auto& [walk, bytes] = pixels[position];
    if (image.channels > 1) {
      walk.at_once = judge(plan.head(), bounds.features(row, column, all_values), rule);
    } else {
      walk = walk_line(bounds, plan.head(), rule, row, column);
      bytes = bytes_within(walk.ranges, bounds, plan.head(), rule, image.pixels[position]);
    }
  });
  return pixels;
}

// What the bytes say, or, of colour images, the boxes.
Proof proof_of(const std::vector<PixelProof>& pixels, const data::Images& image, Domain domain) {
  Proof proof{.domain = domain};
  FlipVerdict any;
  const auto may = [&](const FlipVerdict& verdict) {
    any.flip = std::max(any.flip, verdict.flip);
    any.confident = std::max(any.confident, verdict.confident);
  };
  for (Index i = 0; i < std::ssize(pixels); ++i) {
    const auto& [walk, bytes] = pixels[i];
    if (walk.at_once.flip != Claim::no)
      proof.open.push_back({i / image.width, i % image.width, walk.at_once.confident != Claim::no});
    if (image.channels > 1) may(walk.at_once);
    for (const ByteVerdict& byte : bytes) {
      proof.ties += byte.verdict.flip == Claim::maybe;
      may(byte.verdict);
    }
    if (domain == Domain::bytes) continue;
    proof.ranges.insert(proof.ranges.end(), walk.ranges.begin(), walk.ranges.end());
    for (const FlipRange& range : walk.ranges) may({range.flip, range.confident});
  }
  proof.pruned = std::ssize(pixels) - std::ssize(proof.open);
  proof.certified = any.flip == Claim::no;
  proof.certified_confident = any.confident == Claim::no;
  return proof;
}

// Asks the model of all bytes that may flip.
Census census_of(const std::vector<PixelProof>& pixels, const data::Images& image, Index index,
                 const AttackedModel& model, const FlipRule& rule, double tau, FlipWatch& watch) {
  PixelCandidates candidates;
  std::vector<double> roundings;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    roundings.push_back(pixels[i].walk.rounding);
    for (const ByteVerdict& byte : pixels[i].bytes) {
      candidates.positions.push_back(static_cast<std::int32_t>(i));
      candidates.values.push_back(byte.value);
    }
  }
  CensusCount count(image);
  count.ask_all(exact_queries(model, image, rule.label, tau, std::move(roundings)), candidates, watch);
  Census census = count.census();
  const auto flips_at = [&](Index row, Index column) {
    for (const WeakPixel& weak : census.weak_pixels)
      if (weak.row == row && weak.column == column) return weak.adversarial;
    return Index{0};
  };
  for (Index i = 0; i < std::ssize(pixels); ++i) {
    const Index row = i / image.width, column = i % image.width,
                sure = std::count_if(pixels[i].bytes.begin(), pixels[i].bytes.end(),
                                     [](const ByteVerdict&byte) { return byte.verdict.flip == Claim::yes; });
    require(sure == 0 || flips_at(row, column) >= sure, "proof: of image ", index, ", pixel (", row, ", ",
            column, "), ", sure, " bytes were proven to flip the class, but the model says that ",
            flips_at(row, column), " do: one of them is wrong");
  }
  return census;
}

// What is proven to flip the class, or that nothing does; nothing where that is open.
std::optional<Certificate> certificate_of(const BoundPlan& plan, const data::Images& image, int label,
                                          const std::vector<PixelProof>& pixels, const Proof& proof) {
  if (proof.certified) {
    std::vector<PixelWalk> walks;
    for (const PixelProof& pixel : pixels) walks.push_back(pixel.walk);
    return certificate_of_none(plan, image, label, proof.domain, walks);
  }
  const auto flip = [&](Index row, Index column, double value) {
    return certificate_of_flip(plan, image, label, proof.domain, row, column, value);
  };
  for (Index i = 0; i < std::ssize(pixels); ++i)
    for (const ByteVerdict& byte : pixels[i].bytes)
      if (byte.verdict.flip == Claim::yes) return flip(i / image.width, i % image.width, byte.value / 255.0);
  if (proof.real_flip) return flip(proof.real_flip->row, proof.real_flip->column, proof.real_flip->value);
  return {};
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

// Throws where the network contradicts. Of the ranges that flip, the best one's middle.
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

AttackRow attack(const Certify& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target) {
  require(!target, "certify: proves that the class stays, not that it misses a target");
  require(options.domain == Domain::bytes || image.channels == 1, "certify: image ", index, " has ",
          image.channels,
          " channels, and a pixel more than one value; over the reals, it is for gray images, use certify");
  AttackRow row = row_of({index, label});
  FlipWatch watch(model.predict, image, row, Goal::confident_flip, options.tau);
  const FlipRule rule = flip_rule(label, watch.row().confidences_before, options.tau);
  const std::vector<PixelProof> pixels = proofs(options.network->bounds(), image, rule);

  Proof proof = proof_of(pixels, image, options.domain);
  if (!proof.ranges.empty())
    proof.real_flip = confirmed(proof.ranges, at_middles(*options.network, image, proof.ranges), index, rule);
  std::optional<Census> census;
  if (image.channels == 1) census = census_of(pixels, image, index, model, rule, options.tau, watch);
  if (options.keep_certificate && image.channels == 1)
    if (const auto shown = certificate_of(options.network->bounds(), image, label, pixels, proof))
      options.keep_certificate(*shown, image, index);
  row = watch.finish();
  row.census = std::move(census);
  row.proof = std::move(proof);
  return row;
}

std::string threat_model(const Certify& options) {
  return text(
      pixel_rules(1, options.tau), " A certified image has no such change, ",
      options.domain == Domain::reals ? "nor one to any real value from 0 to 1, " : "",
      "whoever evaluates the network in floats, in any order of summation: all is decided by bounds, and "
      "what is too near a tie for floats is not certified.",
      options.domain == Domain::reals
          ? " Claimed flips by real values are confirmed by a forward in double."
          : " Of colour images, the colours of a pixel are bounded at once: one that is not certified "
            "need not have a flip.");
}

}  // namespace voronet
