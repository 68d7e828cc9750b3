#include <voronet/attacks/proof/line_walk.h>

namespace voronet {
namespace {

constexpr double narrowest = 1e-9;            // no shorter range is cut
constexpr double narrowest_confident = 1e-6;  // nor for a confidence that has no closed form
constexpr std::size_t most_cuts = 4096;       // of one pixel, whose confidence may be tau all along

bool decided(const FlipVerdict& verdict) {
  return verdict.flip == Claim::no || (verdict.flip == Claim::yes && verdict.confident != Claim::maybe);
}

// Where to cut a range that is not decided: t in (-1, 1); nowhere if it is to stay undecided.
std::optional<double> cut_of(const PixelBounds& bounds, const LogitBounds& head,
                             const plan::AffineForms& features, const FlipRule& rule,
                             const FlipVerdict& verdict, double width) {
  if (width <= narrowest) return {};
  if (bounds.kink()) return bounds.kink();
  if (const auto place = turning_place(head, features, rule)) return place;
  if (verdict.flip == Claim::yes && head.softmax() && width > narrowest_confident) return 0;
  return {};
}

void append(std::vector<FlipRange>& ranges, const FlipRange& next) {
  if (!ranges.empty() && ranges.back().to == next.from && ranges.back().flip == next.flip &&
      ranges.back().confident == next.confident)
    ranges.back().to = next.to;
  else
    ranges.push_back(next);
}

}  // namespace

PixelWalk walk_line(PixelBounds& bounds, const LogitBounds& head, const FlipRule& rule, Index row,
                    Index column) {
  PixelWalk walk;
  std::vector<ValueRange> waiting{{0, 1}};  // the leftmost is the last
  std::size_t made = 0;                     // cuts
  while (!waiting.empty()) {
    const ValueRange range = waiting.back();
    waiting.pop_back();
    const plan::AffineForms& features = bounds.features(row, column, {&range, 1});
    const FlipVerdict verdict = judge(head, features, rule);
    const double width = range.high - range.low;
    const bool leave = decided(verdict) || made == most_cuts;
    const auto cut = leave ? std::nullopt : cut_of(bounds, head, features, rule, verdict, width);
    if (cut) {
      const double middle = range.low + width * (*cut + 1) / 2;
      waiting.push_back({middle, range.high});
      waiting.push_back({range.low, middle});
      ++made;
      continue;
    }
    if (range.low > 0) walk.cuts.push_back(range.low);
    if (verdict.flip != Claim::no)
      append(walk.ranges, {row, column, range.low, range.high, verdict.flip, verdict.confident});
  }
  return walk;
}

}  // namespace voronet
